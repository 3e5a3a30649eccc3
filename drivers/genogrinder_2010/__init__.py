"""The Geno/Grinder 2010 shaker mill by its serial frames; known from one published program alone."""

from drivers.genogrinder_2010.entry import DRIVER

__all__ = ["DRIVER"]
