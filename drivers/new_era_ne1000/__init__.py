"""New Era NE-1000 syringe pumps and their relatives, by their Safe mode."""

from drivers.new_era_ne1000.entry import DRIVER

__all__ = ["DRIVER"]
