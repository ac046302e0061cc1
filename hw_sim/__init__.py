"""The simulated store: readers, processor, faults. It shares the protocol with the engine and nothing else."""
