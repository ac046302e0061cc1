"""gRPC, loaded with its settings: nothing but TLS 1.3, no proxies, and no words of its own on standard error.

grpcio has no setting for the lowest TLS version. With a TLS 1.2 suite that no certificate can serve as the only one,
a 1.2 handshake finds nothing in common and fails, while the suites of 1.3 are not affected. gRPC reads the environment
when it is imported, so this module sets it first, and it is the only engine module that imports grpc.
"""

import os
import sys

_NO_TLS_1_2 = "PSK-AES128-CBC-SHA"
if "grpc" in sys.modules and os.environ.get("GRPC_SSL_CIPHER_SUITES") != _NO_TLS_1_2:
    raise ImportError("grpc was loaded before its TLS settings were made: import this module first")
os.environ["GRPC_SSL_CIPHER_SUITES"] = _NO_TLS_1_2
os.environ["GRPC_VERBOSITY"] = "NONE"  # its messages could carry what a peer sent
for _proxy in ("grpc_proxy", "https_proxy", "http_proxy", "GRPC_PROXY", "HTTPS_PROXY", "HTTP_PROXY"):
    os.environ.pop(_proxy, None)

import grpc  # noqa: E402 - the environment comes first
import grpc.aio  # noqa: E402 - the environment comes first

__all__ = ["grpc"]
