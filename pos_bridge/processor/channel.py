"""The one channel to the processor: mutual TLS 1.3 against a private CA, no proxies, no retries of gRPC's own.

grpcio has no setting for the lowest TLS version. With a TLS 1.2 suite that no certificate can serve as the only one,
a 1.2 handshake finds nothing in common and fails, while the suites of 1.3 are not affected. gRPC reads the environment
when it is imported, so this module sets it first, and it is the only engine module that imports grpc for a client.
"""

import os
import sys
from dataclasses import dataclass

_NO_TLS_1_2 = "PSK-AES128-CBC-SHA"
if "grpc" in sys.modules and os.environ.get("GRPC_SSL_CIPHER_SUITES") != _NO_TLS_1_2:
    raise ImportError("grpc was loaded before its TLS settings were made: import this module first")
os.environ["GRPC_SSL_CIPHER_SUITES"] = _NO_TLS_1_2
os.environ["GRPC_VERBOSITY"] = "NONE"  # its messages could carry what a peer sent
for _proxy in ("grpc_proxy", "https_proxy", "http_proxy", "GRPC_PROXY", "HTTPS_PROXY", "HTTP_PROXY"):
    os.environ.pop(_proxy, None)

import grpc  # noqa: E402 - the environment comes first
import grpc.aio  # noqa: E402 - the environment comes first

__all__ = ["OPTIONS", "Credentials", "grpc", "open_channel"]

MAX_ANSWER = 64 * 1024  # the longest answer, four sealing keys, is under 6 KiB
_KEEPALIVE_MS = 240_000  # minutes: a till is idle for hours and must not look like a probe

OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),  # when to send again is decided by the step function, nobody else
    ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
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
