"""Transcripts of Spinsolve spectrometers and the host's part in them."""
