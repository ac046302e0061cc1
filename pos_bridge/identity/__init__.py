"""The vault: who, only when chosen."""
