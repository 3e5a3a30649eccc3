"""Transcripts of Alicat controllers."""
