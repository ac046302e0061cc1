"""What is written down about sales: structure that cannot hold a person, a hash chain, one durable commit a step."""
