"""Transcripts of Cavro pumps and the host's part in them."""
