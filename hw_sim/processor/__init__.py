"""The simulated payment processor: a small program with its own keys and a durable ledger."""
