"""Where this program listens and whom it lets in: ports on loopback, unix sockets, and what systemd hands over."""
