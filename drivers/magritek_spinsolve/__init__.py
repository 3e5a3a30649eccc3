"""Magritek Spinsolve benchtop NMR spectrometer, XML over TCP to its own software."""

from drivers.magritek_spinsolve.entry import DRIVER

__all__ = ["DRIVER"]
