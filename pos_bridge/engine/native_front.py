"""The native tills' side of the engine, built: its service, its socket or its port, and the certificate it shows."""

import socket
from pathlib import Path

from pos_bridge.checkout.people import People
from pos_bridge.clock import now
from pos_bridge.config.credentials import Credentials
from pos_bridge.config.settings import Config
from pos_bridge.domain.access import Access
from pos_bridge.dossier import structured
from pos_bridge.dossier.page import Shop, page
from pos_bridge.listening.handed import Handed
from pos_bridge.listening.places import own_port, place_at
from pos_bridge.listening.unix_socket import MODE
from pos_bridge.log.log import Log
from pos_bridge.pos_api.leaf import Leaf
from pos_bridge.start_fault import CannotStartError, StartFault
from pos_bridge.till_api.counter import House
from pos_bridge.till_api.people_desk import PeopleDesk
from pos_bridge.till_api.people_service import PeopleService
from pos_bridge.till_api.person_bounds import Texts
from pos_bridge.till_api.rights_service import RightsService
from pos_bridge.till_api.server import NativeServer, Pair, Service, TlsPort
from pos_bridge.till_api.till_service import TillService

NATIVE = "native"  # FileDescriptorName= of the native tills' port
_BEHIND = "native.sock"  # in the state's folder, which is the engine's alone
_OURS = 0o600


class _Shown:
    """The pair that clients are shown; a newer one from the next connection on."""

    def __init__(self, certificate: Path, key: Path, log: Log) -> None:
        self._files = certificate, key
        self._leaf = Leaf(certificate, key, log, now)
        self._context = self._leaf.context
        self._newer: Pair | None = None

    @property
    def days(self) -> int:
        return self._leaf.days

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
    """Each place where native clients ask. `look` at the certificate by the hour; there is one with a port only."""

    def __init__(self, servers: tuple[NativeServer, ...], shown: _Shown | None) -> None:
        self._servers = servers
        self._shown = shown

    @property
    def days(self) -> int | None:
        """How many the certificate has left, if there is one."""
        return None if self._shown is None else self._shown.days

    def look(self) -> None:
        if self._shown is not None:
            self._shown.look()

    async def start(self) -> None:
        for server in self._servers:
            await server.start()

    def stop_taking(self) -> None:
        for server in self._servers:
            server.stop_taking()

    async def stop(self) -> None:
        self.stop_taking()
        for server in self._servers:
            await server.stop()


def open_native(
    config: Config, credentials: Credentials, house: House, people: People | None, log: Log, *, handed: Handed
) -> NativeFront | None:
    """None: the configuration says nothing of it. In a running event loop. Raises CannotStartError."""
    native = config.native
    given = handed.take(NATIVE, None if native is None else native.port)
    if native is None:
        return None
    desk = _desk(config, house, people)
    servers = []
    shown, port = _port(config, credentials, log, given)
    if native.socket is not None or port is not None:
        servers.append(
            _server(
                config, (TillService(house), PeopleService(desk, house.on_trouble, house.gate)), native.socket, port
            )
        )
    if native.privacy_socket is not None and desk is not None:
        servers.append(
            _server(config, (RightsService(desk, house.gate),), native.privacy_socket, None, "native.privacy_socket")
        )
    return NativeFront(tuple(servers), shown)


def _server(
    config: Config,
    services: tuple[Service, ...],
    named: str | None,
    port: TlsPort | None,
    setting: str = "native.socket",
) -> NativeServer:
    place = None if named is None else place_at(setting, config.path(named), MODE)
    try:
        return NativeServer(services, place, port)
    except RuntimeError:  # gRPC says no more than that it could not listen
        if place is not None:
            place.close()
        if named is not None:
            path = config.path(named)
            raise CannotStartError(StartFault.SOCKET_UNUSABLE, setting=setting, path=path, reason="gRPC") from None
        number = None if config.native is None else config.native.port
        raise CannotStartError(StartFault.PORT_UNUSABLE, setting="native.port", port=number, reason="gRPC") from None


def _desk(config: Config, house: House, people: People | None) -> PeopleDesk | None:
    """Who may be known here, by which texts; and what a person is given of themselves."""
    identity = config.identity
    if identity is None or people is None:
        return None
    texts = Texts(identity.programme_text, identity.delivery_text, identity.offers_text)
    shop = Shop(config.till.shop, config.till.number, people.retention)

    def pages(access: Access) -> tuple[bytes, bytes, bytes]:
        return structured.to_bytes(access), page(access, shop, "fr"), page(access, shop, "en")

    return PeopleDesk(people, texts, house.clock, house.on_trouble, pages, copied=identity.erasures_copy is not None)


def _port(
    config: Config, credentials: Credentials, log: Log, given: socket.socket | None
) -> tuple[_Shown | None, TlsPort | None]:
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
    if given is not None:
        behind = place_at("native.port", config.state / _BEHIND, _OURS)
        return shown, TlsPort(given, pair, credentials.native_clients, shown.newer, behind)
    return shown, TlsPort(own_port("native.port", native.port), pair, credentials.native_clients, shown.newer)
