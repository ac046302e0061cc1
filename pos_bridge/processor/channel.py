"""The one channel to the processor: mutual TLS 1.3 against a private CA, no proxies, no retries of gRPC's own."""

from dataclasses import dataclass

from pos_bridge.rpc import grpc

__all__ = ["OPTIONS", "Credentials", "grpc", "open_channel"]

MAX_ANSWER = 64 * 1024  # the longest answer, four sealing keys, is under 6 KiB
_KEEPALIVE_MS = 240_000  # minutes: a till is idle for hours and must not look like a probe

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),  # when to send again is decided by the step function, nobody else
    ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
    ("grpc.client_idle_timeout_ms", 2**31 - 1),  # never: or whether it is there would say that somebody paid just now
    ("grpc.max_receive_message_length", MAX_ANSWER),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.use_local_subchannel_pool", 1),  # a restart of the client gets connections of its own
)


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """PEM bytes: the processor's private CA, and the till's own certificate chain and key."""

    ca: bytes
    certificate: bytes
    key: bytes


def open_channel(address: str, server_name: str, credentials: Credentials) -> grpc.aio.Channel:
    """A channel to `address` (host:port) whose server must prove `server_name` under our CA. Connects when used."""
    return grpc.aio.secure_channel(
        address,
        grpc.ssl_channel_credentials(credentials.ca, credentials.key, credentials.certificate),
        options=(*OPTIONS, ("grpc.ssl_target_name_override", server_name)),
    )
