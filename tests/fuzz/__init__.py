"""Bytes and texts that nobody should send: mutations of what is right, under a seed, against everything that reads."""
