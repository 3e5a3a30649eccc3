"""Transcripts of GRBL boards and the host's part in them."""
