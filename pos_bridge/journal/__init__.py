"""What is written down about sales: the chained journal, what stands beside it for a while, and the answers file."""
