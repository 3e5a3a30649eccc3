"""Alicat MC mass-flow controllers, ASCII lines over RS-232 or RS-485."""

from drivers.alicat_mc.entry import DRIVER

__all__ = ["DRIVER"]
