"""Transcripts of Runze valves and the host's part in them."""
