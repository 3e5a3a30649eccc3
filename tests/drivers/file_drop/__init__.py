"""Tests of the driver of instruments that write files."""
