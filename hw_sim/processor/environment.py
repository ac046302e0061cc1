"""What grpc must find in the environment when it is imported: nothing but TLS 1.3, no proxies, no chatter.

Imports nothing of grpc, so that it can come first. grpcio has no setting for a lowest TLS version; a cipher list for
TLS 1.2 that no certificate can serve (pre-shared keys, of which there are none) leaves version 1.3 alone.
"""

import os

_SETTINGS = {
    "GRPC_SSL_CIPHER_SUITES": "ECDHE-PSK-AES128-CBC-SHA",
    "GRPC_VERBOSITY": "NONE",
    "GRPC_ENABLE_FORK_SUPPORT": "0",
}
_PROXIES = ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy")


def prepare() -> None:
    """Call before the first import of grpc in a program."""
    os.environ.update(_SETTINGS)
    for name in _PROXIES:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
