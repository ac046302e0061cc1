"""`make demo`: the first store, told step by step."""
