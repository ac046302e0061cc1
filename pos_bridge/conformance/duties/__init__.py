"""Each duty is one small function with its text, why it matters, and what to do when it is broken."""
