"""Who works with this till: names, roles, passwords as hashes only, and what a supervisor approved."""
