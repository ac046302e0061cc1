"""Where this till's programs may talk, the firewall's rules that hold them to it, and the engine's look at itself."""
