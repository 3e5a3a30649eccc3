"""Tests of the EmStat Pico driver."""
