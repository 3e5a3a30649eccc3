"""Byte streams, command lanes, bus sharing, record and replay: what a driver sees is a Wire, never a stream."""
