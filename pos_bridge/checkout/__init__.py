"""The shell around the step function: pay, recover, answer for it; talks to the ports and to nothing else."""
