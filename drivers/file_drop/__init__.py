"""Instruments whose own software writes a file into a folder: spectra, powder patterns, isotherms, elements."""

from drivers.file_drop.entry import DRIVER

__all__ = ["DRIVER"]
