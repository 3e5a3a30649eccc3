"""Runs a plan: the ISA-88 machine, accounted strokes, actions, interlocks, recovery, live control."""
