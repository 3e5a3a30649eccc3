"""Transcripts of Delta drives and the host's part in them."""
