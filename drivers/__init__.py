"""Reader hardware. Imported by the card room and by nothing else."""
