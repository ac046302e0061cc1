"""One start of the shipped engine on simulated ports, joined as daemon.py joins it. It runs on a loop of its own.

Shipped here: the step function, CardSale, Settler, Lane, the processor's client with its codec, clock and session, and
the generated messages. Simulated: disk, line, reader, signer, time and randomness.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from pos_bridge.checkout import order
from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.settle import Settler
from pos_bridge.domain import leg_key
from pos_bridge.domain.card import EntryMode, SealedByRoom, SealedPayment
from pos_bridge.domain.ledger import Binding
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.log.events import RequestFault
from pos_bridge.log.log import Event
from pos_bridge.processor import calls, client, clock, session
from pos_bridge.processor.channel import Credentials
from pos_bridge.processor.client import ProcessorClient, ProcessorSettings
from tests.explorer.disk import Disk, SimJournal
from tests.explorer.ground import Ground
from tests.explorer.line import Line, SimChannel
from tests.explorer.loop import sim_loop
from tests.explorer.reader import Customers, SimReaders
from tests.explorer.words import outcome_in_words

ANSWER_TIMEOUT_S = 10.0
PROMPT_S = 120

_Said = TypeVar("_Said")


class LostError(Exception):
    """The till's connection to the engine ended before an answer came."""


class SimSigner:
    """checkout.ports.Signer: as long as the real one, and as bound to what it signs."""

    def bind(
        self, key: LegKey, amount: Amount, payment: SealedPayment, payment_salt: bytes, order_digest: bytes
    ) -> Binding:
        assert isinstance(payment, SealedByRoom)
        digest = sha256(payment_salt + payment.ciphertext).digest()
        return Binding(digest, sha256(key.raw + digest + order_digest).digest() * 2)


class TraceLog:
    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def emit(self, event: Event) -> None:
        if isinstance(event, RequestFault):
            met = sys.exception()  # the log is not told which; this is no till
            self._ground.faults.append(f"{type(met).__name__} while {event.trouble.value}: {met}")
        self._ground.note("log", lambda: type(event).__name__)


class Engine:
    """Alive from its start until `die`.

    Of this very engine: `read`, the legs whose card it was given; `chips`, those with the card still in the reader, and
    how often it was told what its issuer says; `sent`, those whose request it made.
    """

    def __init__(self, ground: Ground, disk: Disk, line: Line, customers: Customers, *, mortal: bool = True) -> None:
        self._ground = ground
        self._mortal = mortal
        self.loop = sim_loop(ground.scheduler)
        self.read: set[bytes] = set()
        self.chips: dict[bytes, int] = {}
        self.sent: set[bytes] = set()
        self.lane: Lane | None = None
        self._parts = (disk, line, customers)
        self._waiting: list[asyncio.Future[Any]] = []
        self._started = self.loop.create_future()
        self._closing: tuple[Callable[[], Awaitable[None]], ...] = ()
        self.loop.create_task(self._start())

    async def _start(self) -> None:
        """As daemon.py: settle what an earlier run left, then serve, then reach for the processor."""
        disk, line, customers = self._parts
        ground, log = self._ground, TraceLog(self._ground)
        journal = SimJournal(disk, ground)
        settings = ProcessorSettings("", "", Credentials(b"", b"", b""), ANSWER_TIMEOUT_S)
        with _replaced(calls, "open_channel", lambda *_: SimChannel(line)):
            processor = ProcessorClient(settings, journal, log)
        settler = Settler(journal, processor, log)
        self._closing = (settler.close, processor.close)
        await settler.recover()
        readers = SimReaders(ground, customers, self)
        parts = Parts(journal, readers, processor, SimSigner(), settler, log, PROMPT_S)
        self.lane = Lane(parts, None, lambda: ground.now)
        await self.lane.resume()
        self._started.set_result(None)
        await processor.ready()

    def card_read(self, key: LegKey, mode: EntryMode) -> None:
        self.read.add(key.raw)
        if mode is EntryMode.CHIP:
            self.chips[key.raw] = 0

    def chip_told(self, key: LegKey) -> None:
        self.chips[key.raw] += 1

    def ask(self, call: Callable[[Lane], Awaitable[_Said]], told: Callable[[_Said], LegKey | None]) -> Any:
        """A request of the till: a future of the outside. `told` names the leg whose answer this is, if any."""
        reply: asyncio.Future[_Said] = self._ground.outside.create_future()
        self._waiting.append(reply)
        self.loop.create_task(self._serve(call, told, reply))
        return reply

    async def _serve(
        self,
        call: Callable[[Lane], Awaitable[_Said]],
        told: Callable[[_Said], LegKey | None],
        reply: "asyncio.Future[_Said]",
    ) -> None:
        await asyncio.shield(self._started)
        assert self.lane is not None
        ground = self._ground
        try:
            said = await call(self.lane)
        except BaseException as error:  # noqa: BLE001 - whatever the program does, the schedule goes on and is told
            if isinstance(error, Exception):
                ground.faults.append(f"{type(error).__name__}: {error}")
            self._hang_up(reply)
            return
        if self._mortal and ground.crash_point(lambda: f"before it answers {outcome_in_words(ground, said)}"):
            await self.loop.create_future()
        self._waiting.remove(reply)
        if not reply.done():
            reply.set_result(said)
        key = told(said)
        if key is None:
            return
        if self._mortal and ground.crash_point(lambda: f"after it answered {outcome_in_words(ground, said)}"):
            await self.loop.create_future()
        await self.lane.told(key)

    async def stop(self) -> bool:
        """As daemon.py stops it: the lane first, then what settles, then the session. False: it died before that."""
        done: asyncio.Future[bool] = self._ground.outside.create_future()
        self._waiting.append(done)
        self.loop.create_task(self._stop(done))
        try:
            return await done
        except LostError:
            return False

    async def _stop(self, done: "asyncio.Future[bool]") -> None:
        await asyncio.shield(self._started)
        assert self.lane is not None
        await self.lane.close()
        while len(self._waiting) > 1:  # who waits for an answer gets it before the server goes
            await asyncio.sleep(0.01)
        for close in self._closing:
            await close()
        self._waiting.remove(done)
        done.set_result(True)

    def die(self) -> None:
        self.loop.end()
        for reply in [*self._waiting]:
            self._hang_up(reply)

    def _hang_up(self, reply: "asyncio.Future[Any]") -> None:
        if reply in self._waiting:
            self._waiting.remove(reply)
        if not reply.done():
            reply.set_exception(LostError())


class _SimTime:
    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def monotonic(self) -> float:
        return self._ground.now


class _SimSecrets:
    def token_bytes(self, length: int) -> bytes:
        return bytes(length)


@contextmanager
def shipped_code_on(ground: Ground) -> Iterator[None]:
    """For one schedule: what the shipped modules know of time and chance is the ground's."""
    drawn = 0

    def uuid4() -> UUID:
        nonlocal drawn
        drawn += 1
        return UUID(bytes=sha256(b"leg %d" % drawn).digest()[:16], version=4)

    with (
        _replaced(client, "time", _SimTime(ground)),
        _replaced(session, "time", _SimTime(ground)),
        _replaced(clock, "boot_ms", lambda: int(ground.now * 1000)),
        _replaced(leg_key, "uuid4", uuid4),
        _replaced(order, "secrets", _SimSecrets()),
    ):
        yield


@contextmanager
def _replaced(module: object, name: str, value: object) -> Iterator[None]:
    was = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, was)
