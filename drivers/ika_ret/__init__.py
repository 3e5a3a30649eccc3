"""IKA RCT and RET hotplate stirrers, NAMUR commands over a 7E1 line, with their watchdog."""

from drivers.ika_ret.entry import DRIVER

__all__ = ["DRIVER"]
