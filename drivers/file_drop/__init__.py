"""Instruments whose own software writes a file into a folder: infrared, diffraction, UV-vis, sorption, composition."""

from drivers.file_drop.entry import DRIVER

__all__ = ["DRIVER"]
