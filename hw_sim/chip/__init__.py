"""Chip cards that real terminals accept: what is on them, their keys and cryptograms, and the virtual card on vpcd."""
