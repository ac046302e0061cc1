"""The command `pos-bridge-sim`: one small file a command."""
