"""PalmSens EmStat Pico and relatives as a potentiostat, by MethodSCRIPT."""

from drivers.palmsens_emstat_pico.entry import DRIVER

__all__ = ["DRIVER"]
