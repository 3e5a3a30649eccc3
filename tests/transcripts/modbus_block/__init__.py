"""Transcripts of Modbus blocks and the host's part in them."""
