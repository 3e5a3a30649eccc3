"""Drawings of a run as SVG text: the only place that knows matplotlib, without its state and without a display."""
