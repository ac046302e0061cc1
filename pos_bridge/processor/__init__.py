"""The gRPC client of the payment processor: mutual TLS 1.3, sealed payloads, definite answers or Unknown."""
