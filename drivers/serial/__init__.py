"""Readers on a serial line."""
