"""Chip cards over PC/SC: the EMV contact terminal, and the way to pcscd."""
