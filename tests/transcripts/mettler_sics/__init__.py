"""Transcripts of balances and dosing heads by MT-SICS and the host's part in them."""
