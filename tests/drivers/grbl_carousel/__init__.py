"""Tests of the GRBL carousel driver."""
