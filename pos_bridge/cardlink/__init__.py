"""The engine's side of the card link: rooms started ahead, asked once, ended."""
