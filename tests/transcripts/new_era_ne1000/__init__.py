"""Transcripts of NE-1000 pumps and the host's part in them."""
