"""What is wrong with this till, and what to do: a look at each thing, which changes nothing."""
