"""Tests of the Spinsolve driver."""
