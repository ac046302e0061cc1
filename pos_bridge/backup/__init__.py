"""Backups of what a till has recorded: made beside the engine, sealed to keys that no till has, and brought back."""
