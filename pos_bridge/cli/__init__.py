"""pos-bridge on the command line: one small file a command."""
