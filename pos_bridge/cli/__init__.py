"""The command `pos-bridge`: one small file a command."""
