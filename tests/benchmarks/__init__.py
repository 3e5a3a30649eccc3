"""Measured, printed, bounded generously."""
