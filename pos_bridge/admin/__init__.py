"""The engine's administration socket: what this machine's own people ask of the engine, and nobody else."""
