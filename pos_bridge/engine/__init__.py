"""The engine: what it is made of, opened and built in parts, and daemon.py, which joins, starts and stops them."""
