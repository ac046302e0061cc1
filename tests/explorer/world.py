"""A store with one till: its disk, its line, its processor, its customers, and one engine after the other."""

import asyncio
import hashlib
from asyncio.futures import _set_result_unless_cancelled  # type: ignore[attr-defined]  # how a sleep ends
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pos_bridge.domain.leg import State
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.explorer.choices import Chooser, Kind
from tests.explorer.disk import SHIPPED_HABITS, Disk, DiskHabits
from tests.explorer.duties import ALL_DUTIES, Duties
from tests.explorer.engine import Engine, shipped_code_on
from tests.explorer.entries import Advanced, Opened
from tests.explorer.ground import START_MS, Ground
from tests.explorer.line import MONEY, Fates, Line
from tests.explorer.loop import Handle
from tests.explorer.processor import Processor
from tests.explorer.reader import NUMBERS, Customers
from tests.explorer.till import Till
from tests.explorer.words import answer_in_words, entry_in_words, message_in_words

RESTART_S = 1.0
_Line = TypeVar("_Line", bound=Line)
# From which durable state each call may be sent. INTENT: of an approval that could not be recorded.
_SENT_FROM = {
    "Authorise": {State.INTENT},
    "Capture": {State.CAPTURING},
    "ReverseByKey": {State.INTENT, State.REFUND_INTENT, State.REVERSING},
    "Refund": {State.REFUND_INTENT},
}
_MONEY = _SENT_FROM.keys()


@dataclass(frozen=True, slots=True)
class Model:
    """Which world a story is told in. The first is the real one; each other is a design that must be caught."""

    disk: DiskHabits = SHIPPED_HABITS
    duties: Duties = ALL_DUTIES
    line: "Callable[[World], Line] | None" = None  # a wrapper around the shipped line
    seals: bool = True
    tells_chips: bool = True
    fates: Fates = field(default_factory=lambda: MONEY)


class PrunedError(Exception):
    """What follows was seen already: this very state, with the same faults left."""


class World:
    """`prune` is asked at each restart whether this state was seen before."""

    def __init__(
        self, chooser: Chooser, model: Model, *, traced: bool = False, prune: "Callable[[bytes], bool] | None" = None
    ) -> None:
        ground = self.ground = Ground(chooser, traced=traced)
        ground.crash, ground.ways_to_lose = self.crash, self._ways_to_lose
        ground.surviving = self._surviving
        self.model = model
        self.skew_ms = 0
        self.disk = Disk(ground, model.disk)
        self.processor = Processor(model.duties, lambda: START_MS + self.skew_ms + int(ground.now * 1000), {})
        self.line = self.plain_line(Line) if model.line is None else model.line(self)
        self.line.fates = model.fates
        self.customers = Customers(
            ground,
            lambda ciphertext, card: self.processor.cards.__setitem__(
                ciphertext, (NUMBERS.index(card.number), card.interac)
            ),
        )
        self.customers.seals = model.seals
        self.customers.hear = model.tells_chips
        self.engine: Engine | None = None
        self.engines: list[Engine] = []
        self.till = Till(ground, lambda: self.engine)
        self.written: list[bytes] = []  # every byte that left the engine, for the search
        self.elsewhere: set[bytes] = set()  # keys of charges that another till or journal answers for
        self.broken: list[str] = []  # promises that were seen broken while it happened
        self.plans: list[int] = []
        self._restart: Handle | None = None
        self.torn = False  # a memory was put back or replaced: the story itself says what must be true then
        self._prune = prune

    def _ways_to_lose(self) -> int:
        return self.disk.survivors()

    def _surviving(self, kept: int) -> str:
        return ", ".join(entry_in_words(self.ground, entry) for entry in self.disk.surviving(kept)) or "nothing"

    def plain_line(self, kind: type[_Line]) -> _Line:
        return kind(self.ground, self._sending, self.arrives, self.jump)

    def plan(self, *ways: str) -> int:
        """What people do, which is no fault: every way is told. The number of the one that is taken."""
        taken = self.ground.choose(Kind.PLAN, len(ways), lambda number: ways[number])
        self.ground.note("plan", ways[taken])
        self.plans.append(taken)
        return taken

    # ---- engines ----

    def start_engine(self) -> None:
        if self._prune is not None and self.engines and self._prune(self.fingerprint()):
            raise PrunedError
        self.ground.note("engine", "starts")
        self.engine = Engine(self.ground, self.disk, self.line, self.customers)
        self.engines.append(self.engine)

    def crash(self, kept: int) -> None:
        assert self.engine is not None
        engine, self.engine = self.engine, None
        self.disk.crash(kept)
        engine.die()
        self.line.broken = False  # the next engine has a connection of its own
        # On the second, so that deaths a moment apart, which left the same, meet again as the same state.
        self._restart = self.ground.outside.call_later(self.ground.to_tick(RESTART_S), self.start_engine)

    def kill_engine(self) -> None:
        """It is gone, whatever it did; nothing starts it but the story."""
        if self._restart is not None:
            self._restart.cancel()
        if self.engine is not None:
            engine, self.engine = self.engine, None
            self.ground.changes += 1
            self.disk.crash(0)
            engine.die()

    async def stop_engine(self) -> None:
        """SIGTERM: it ends as daemon.py ends it, and is started again."""
        engine = self.engine
        if engine is None:
            return
        self.ground.note("engine", "is told to stop")
        if not await engine.stop():
            return  # it died meanwhile
        self.ground.note("engine", "has stopped")
        self.ground.changes += 1
        self.engine = None
        engine.die()
        await asyncio.sleep(self.ground.to_tick(RESTART_S))
        self.start_engine()

    # ---- the line's two ends ----

    def _sending(self, method: str, data: bytes) -> None:
        self.written.append(data)
        if method not in _MONEY:
            return
        key = _key_of(method, data)
        state = self._durable_state(key)
        if state is None:
            self.broken.append(f"P2 {method} of {self.ground.name(key)} is sent, and no intent of it is durable")
        elif state not in _SENT_FROM[method]:
            self.broken.append(f"P2 {method} of {self.ground.name(key)} is sent, and {state.value} is what is durable")
        if method == "Authorise" and (self.engine is None or key not in self.engine.read):
            self.broken.append(f"P5 {self.ground.name(key)} is authorised by an engine that read no card for it")
        if self.engine is not None:
            self.engine.sent.add(key)

    def _durable_state(self, key: bytes) -> State | None:
        """What the next start would find of a leg, if the engine died now and lost all that it can lose."""
        for entry in reversed(self.disk.durable):
            match entry:
                case Advanced(change, _) if change.key.raw == key:
                    return change.state
                case Opened(opening, _) if opening.key.raw == key:
                    return opening.state
        return None

    def arrives(self, method: str, data: bytes) -> bytes:
        answer = self.processor.serve(method, data)
        self.ground.note(
            "processor", lambda: f"{message_in_words(self.ground, method, data)}: {answer_in_words(method, answer)}"
        )
        return answer

    def jump(self, seconds: int) -> None:
        self.skew_ms += seconds * 1000

    # ---- one schedule ----

    def run(self, story: "Callable[[World], Coroutine[Any, Any, None]]") -> None:
        """From the first start to the end of the story. Raises PrunedError, StuckError, and what the story raises."""
        ground = self.ground
        with shipped_code_on(ground):
            try:
                self.start_engine()
                told = ground.outside.create_task(story(self))
                ground.scheduler.run(told.done)
                told.result()
            finally:
                for engine in self.engines:
                    ground.faults += engine.loop.faults
                    engine.loop.bury()
                ground.outside.bury()
                if ground.wrong is not None:
                    raise ground.wrong

    # ---- its state ----

    def fingerprint(self) -> bytes:
        """All that can matter to what follows while no engine runs, with times as distances from now."""
        their_ms = self.processor.clock()
        books = self.disk.books
        ledger = [
            (key, held.state, held.cents, held.captured, held.settled, held.ended, held.times)
            for key, held in self.processor.held.items()
        ]
        on_its_way = sorted(
            (round(due - self.ground.now, 3), method, self._bare(method, data))
            for due, method, data in self.line.on_its_way.values()
        )
        timers = sorted(
            round(when - self.ground.now, 3)
            for when, _, handle in self.ground.scheduler.timers
            if _set_result_unless_cancelled is handle.callback and handle.loop is self.ground.outside
        )
        state = (
            self.plans,
            [_leg_in(leg, their_ms) for leg in books.legs.values()],
            list(books.requests.items()),
            sorted(key.raw for key in books.told),
            [(reference, part.legs, part.cancelling) for reference, part in books.baskets.items()],
            [(day.request, day.agreed) for day in books.days],
            (books.epoch, books.accepted, books.refused),
            books.holds(*self.processor.seen),
            ledger,
            self.processor.epoch,
            on_its_way,
            timers,
            max(0.0, round(self.line.down_until - self.ground.now, 3)),
            self.till.history,
            len(self.customers.next),
            self.broken,
        )
        return hashlib.sha256(repr(state).encode()).digest()

    def _bare(self, method: str, data: bytes) -> object:
        """A message on its way, without what only says when it was sent."""
        if method not in _MONEY:
            return method
        fence = int(_asked(method, data).context.fence)
        return _key_of(method, data), fence == self.processor.fence


def _asked(method: str, data: bytes) -> Any:
    kind: Any = {
        "Authorise": pb.AuthoriseRequest,
        "Capture": pb.CaptureRequest,
        "ReverseByKey": pb.ReverseByKeyRequest,
        "Refund": pb.RefundRequest,
    }[method]
    return kind.FromString(data)


def _key_of(method: str, data: bytes) -> bytes:
    return bytes(_asked(method, data).key)


def _leg_in(leg: Any, their_ms: int) -> object:
    times = [None if at is None else at - their_ms for at in (leg.not_after_ms, leg.confirm_by_ms)]
    return leg.key.raw, leg.state, leg.cause, leg.approved, times, leg.doubted
