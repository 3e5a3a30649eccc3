"""Runze SV-06 selector valve, binary protocol over RS-232 or RS-485."""

from drivers.runze_sv06.entry import DRIVER

__all__ = ["DRIVER"]
