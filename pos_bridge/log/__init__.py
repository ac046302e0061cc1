"""What is said while the engine runs: a closed set of events, and of a fault its type and place. Never a text."""
