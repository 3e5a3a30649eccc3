"""Mettler-Toledo balances by MT-SICS, and Quantos dosing heads on the same line."""

from drivers.mettler_sics.entry import DOSER, DRIVER

__all__ = ["DOSER", "DRIVER"]
