"""Readers of raw files: bytes as instruments wrote them, to arrays; they judge nothing."""
