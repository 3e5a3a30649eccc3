"""Tests of the Keithley 2450 driver."""
