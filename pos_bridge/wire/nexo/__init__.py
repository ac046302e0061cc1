"""nexo Sale to POI 3.0 in JSON: bytes to typed messages and back, sans-I/O, bounded, silent about what it was given."""
