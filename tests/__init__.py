"""Tests mirror the four folders; transcripts, live and benchmarks stand beside them."""
