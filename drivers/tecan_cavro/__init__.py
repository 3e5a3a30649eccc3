"""Tecan Cavro XCalibur and XLP 6000 syringe pumps with distribution valve, by OEM or DT protocol."""

from drivers.tecan_cavro.entry import DRIVER

__all__ = ["DRIVER"]
