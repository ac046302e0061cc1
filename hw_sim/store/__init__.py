"""The simulated store: starts the processor, the readers and the engine, and answers the command line."""
