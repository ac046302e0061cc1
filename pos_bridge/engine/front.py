"""The tills' side of the engine, built: a service for each credential, the certificate, and the HTTPS server."""

import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from pos_bridge import __version__
from pos_bridge.checkout.lane import Lane
from pos_bridge.clock import now
from pos_bridge.config.credentials import Credentials
from pos_bridge.config.people import Identity
from pos_bridge.config.settings import Config, Reader
from pos_bridge.domain.trouble import Trouble
from pos_bridge.engine.counter_devices import CounterDevices
from pos_bridge.identity import file
from pos_bridge.journal.answers import Answers
from pos_bridge.listening.handed import Handed
from pos_bridge.listening.places import port_of
from pos_bridge.log import events
from pos_bridge.log.log import Log
from pos_bridge.pos_api.choice import NOTHING_OFFERED, Offered
from pos_bridge.pos_api.dropped import Dropped
from pos_bridge.pos_api.https import NexoServer
from pos_bridge.pos_api.leaf import Leaf
from pos_bridge.pos_api.nexo_service import NexoService
from pos_bridge.pos_api.payment_answer import CHIP, MAGNETIC_STRIPE, Terminal
from pos_bridge.pos_api.receipt import Shop
from pos_bridge.pos_api.reception import Reception
from pos_bridge.pos_api.transactions import Floor
from pos_bridge.start_fault import CannotStartError, StartFault
from pos_bridge.storage.disk import write_private
from pos_bridge.till_api.counter import House

_SECRET_LENGTH = 32
NEXO = "nexo"  # FileDescriptorName= of the tills' port


class Front:
    """Serves from the server's `start` on. Server and reception are closed by whoever opened it.

    `house` is what native tills are served with, on the same floor.
    """

    def __init__(self, reception: Reception, server: NexoServer, leaf: Leaf, house: House) -> None:
        self.reception = reception
        self.house = house
        self.server = server
        self._leaf = leaf

    @property
    def days(self) -> int:
        """How many the certificate has left that tills are shown."""
        return self._leaf.days

    def look(self) -> None:
        """At the certificate: a new one is shown from the next connection on."""
        self._leaf.look()
        self.server.show(self._leaf.context)


def open_front(
    config: Config,
    credentials: Credentials,
    lane: Lane,
    answers: Answers,
    log: Log,
    *,
    dropped: Dropped,
    counter: CounterDevices,
    handed: Handed,
) -> Front:
    """Raises CannotStartError."""
    secret = _secret(config.state / "till.secret")
    reception = Reception.of(
        lambda credential, floor: _service(
            config, lane, answers, log, dropped, counter=counter, secret=secret, credential=credential, floor=floor
        ),
        credentials.tills.message_keys,
        in_clear=credentials.tills.api_key is not None,
    )
    leaf = _leaf(config, log)
    house = House(
        terminal=_terminal(config),
        secret=secret,
        desk=lane,
        answers=answers,
        floor=reception.floor,
        clock=now,
        on_trouble=_tell_trouble(log),
        on_dropped=dropped.count,
        offered=_offered(config.identity),
        no_vault=lambda: file.absent(config.vault),
    )
    bound = port_of(handed, NEXO, "nexo.port", config.nexo.port)
    return Front(reception, _server(credentials, reception, leaf, log, bound=bound), leaf, house)


def _service(
    config: Config,
    lane: Lane,
    answers: Answers,
    log: Log,
    dropped: Dropped,
    *,
    counter: CounterDevices,
    secret: bytes,
    credential: str,
    floor: Floor,
) -> NexoService:
    return NexoService(
        terminal=_terminal(config),
        secret=secret,
        desk=lane,
        answers=answers,
        clock=now,
        on_trouble=_tell_trouble(log),
        on_dropped=dropped.count,
        offered=_offered(config.identity),
        around=counter.around,
        device_health=counter.health,
        on_reject=counter.teller.rejected,
        credential=credential,
        floor=floor,
    )


def _terminal(config: Config) -> Terminal:
    till = config.till
    return Terminal(
        till.poiid,
        config.processor.merchant_id,
        till.language,
        __version__,
        _capabilities(config.readers),
        shop=Shop(till.shop, till.gst_number, till.qst_number),
    )


def _offered(identity: Identity | None) -> Offered:
    return NOTHING_OFFERED if identity is None else Offered(identity.programme, identity.delivery_text is not None)


def _capabilities(readers: Sequence[Reader]) -> tuple[str, ...]:
    """How cards are read here, as nexo has it: by the stripe, by the chip, or both."""
    chips = {reader.reads_chips for reader in readers}
    return tuple(word for word, is_there in ((MAGNETIC_STRIPE, False), (CHIP, True)) if is_there in chips)


def _leaf(config: Config, log: Log) -> Leaf:
    certificate, key = config.path(config.nexo.certificate), config.path(config.nexo.key)
    try:
        return Leaf(certificate, key, log, now)
    except (OSError, ValueError):
        setting = "nexo.key"
        raise CannotStartError(StartFault.PAIR_CHANGED, setting=setting, path=key, certificate=certificate) from None


def _server(
    credentials: Credentials, reception: Reception, leaf: Leaf, log: Log, *, bound: socket.socket
) -> NexoServer:
    return NexoServer(
        reception, bound=bound, tls=leaf.context, api_key=credentials.tills.api_key, on_trouble=_tell_trouble(log)
    )


def _tell_trouble(log: Log) -> Callable[[Trouble], None]:
    return lambda trouble: log.emit(events.RequestFault(trouble))


def _secret(path: Path) -> bytes:
    """The key of the hashes by which a till's requests are recognised; made at the first start, then kept."""
    try:
        if path.exists():
            kept = path.read_bytes()
        else:
            kept = secrets.token_bytes(_SECRET_LENGTH)
            write_private(path, kept)
    except OSError as error:
        raise CannotStartError(StartFault.SECRET_UNUSABLE, path=path, reason=error.strerror) from None
    if len(kept) != _SECRET_LENGTH:
        raise CannotStartError(StartFault.SECRET_LENGTH, path=path, length=_SECRET_LENGTH)
    return kept
