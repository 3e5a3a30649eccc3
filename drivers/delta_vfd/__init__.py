"""Mills that a Delta variable-frequency drive turns, over Modbus RTU, with the drive's own communication timeout."""

from drivers.delta_vfd.entry import DRIVER

__all__ = ["DRIVER"]
