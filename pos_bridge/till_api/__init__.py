"""What a till that is written for this product speaks: gRPC on a unix socket, or on loopback with mutual TLS."""
