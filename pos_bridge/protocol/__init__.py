"""Modules generated from protos/ by `make protos`. Never edited."""
