"""Instruments with software of their own, of which nobody hears until a file is there."""
