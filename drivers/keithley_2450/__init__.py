"""Keithley 2450 and 2450-EC SourceMeter as a potentiostat, by SCPI."""

from drivers.keithley_2450.entry import DRIVER

__all__ = ["DRIVER"]
