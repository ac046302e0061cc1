"""Simulated card readers: what a customer's card meets, on a real pseudo-terminal."""
