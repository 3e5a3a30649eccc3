"""Blocks of digital inputs and sensors on a Modbus RTU line: what a bench tells of itself."""

from drivers.modbus_block.entry import DRIVER

__all__ = ["DRIVER"]
