"""pos-bridge: the engine of a till, and the card room that is a program of its own."""

__version__ = "0.1.0"
