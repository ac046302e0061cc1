"""Bytes to facts and back, sans-I/O: feed bytes in, take facts out, every buffer bounded, nothing ever logged."""
