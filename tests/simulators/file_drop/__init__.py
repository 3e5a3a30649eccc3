"""Tests of the simulated instrument that writes files."""
