"""The native tills' side of the engine, built: its service, its socket or its port, and the certificate it shows."""

from collections.abc import Callable
from pathlib import Path

from pos_bridge.credentials import Credentials
from pos_bridge.log import Log
from pos_bridge.opened import now
from pos_bridge.pos_api.https import loopback_socket
from pos_bridge.pos_api.leaf import Leaf
from pos_bridge.settings import Config
from pos_bridge.start_fault import CannotStartError, StartFault
from pos_bridge.till_api.counter import House
from pos_bridge.till_api.server import NativeServer, Pair, TlsPort
from pos_bridge.till_api.till_service import TillService
from pos_bridge.till_api.unix_socket import Place, TakenError


class _Shown:
    """The pair that clients are shown; a newer one from the next connection on."""

    def __init__(self, certificate: Path, key: Path, log: Log) -> None:
        self._files = certificate, key
        self._leaf = Leaf(certificate, key, log, now)
        self._context = self._leaf.context
        self._newer: Pair | None = None

    def pair(self) -> Pair:
        certificate, key = self._files
        return Pair(certificate.read_bytes(), key.read_bytes())

    def look(self) -> None:
        self._leaf.look()
        if self._leaf.context is not self._context:
            self._context, self._newer = self._leaf.context, self.pair()

    def newer(self) -> Pair | None:
        pair, self._newer = self._newer, None
        return pair


class NativeFront:
    """`look` at the certificate by the hour. The server is started and stopped by whoever opened it."""

    def __init__(self, server: NativeServer, look: Callable[[], None]) -> None:
        self.server = server
        self.look = look


def open_native(config: Config, credentials: Credentials, house: House, log: Log) -> NativeFront | None:
    """None: the configuration says nothing of it. In a running event loop. Raises CannotStartError."""
    native = config.native
    if native is None:
        return None
    shown, port = _port(config, credentials, log)
    place = None if native.socket is None else _place(config.path(native.socket))
    try:
        server = NativeServer(TillService(house), place, port)
    except RuntimeError:  # gRPC says no more than that it could not listen
        if native.socket is not None:
            path = config.path(native.socket)
            raise CannotStartError(StartFault.SOCKET_UNUSABLE, path=path, reason="gRPC") from None
        setting, number = "native.port", native.port
        raise CannotStartError(StartFault.PORT_UNUSABLE, setting=setting, port=number, reason="gRPC") from None
    return NativeFront(server, lambda: None if shown is None else shown.look())


def _port(config: Config, credentials: Credentials, log: Log) -> tuple[_Shown | None, TlsPort | None]:
    native = config.native
    if native is None or native.port is None or credentials.native_clients is None:
        return None, None
    assert native.certificate is not None
    assert native.key is not None
    certificate, key = config.path(native.certificate), config.path(native.key)
    try:
        shown = _Shown(certificate, key, log)
        pair = shown.pair()
    except (OSError, ValueError):
        raise CannotStartError(
            StartFault.PAIR_CHANGED, setting="native.key", path=key, certificate=certificate
        ) from None
    try:
        bound = loopback_socket(native.port)
    except OSError as error:
        reason = error.strerror
        raise CannotStartError(
            StartFault.PORT_UNUSABLE, setting="native.port", port=native.port, reason=reason
        ) from None
    return shown, TlsPort(bound, pair, credentials.native_clients, shown.newer)


def _place(path: Path) -> Place:
    try:
        return Place(path)
    except TakenError:
        raise CannotStartError(StartFault.SOCKET_TAKEN, path=path) from None
    except OSError as error:
        raise CannotStartError(StartFault.SOCKET_UNUSABLE, path=path, reason=error.strerror) from None
