"""Transcripts of IKA hotplates and the host's part in them."""
