"""What the page shows: the running engine's own overview, asked at its administration socket, and doctor's findings.

Whatever the engine says is held against the shapes below first; of what does not fit nothing is shown. No person, no
card, and of sales nothing finer than hours that are over.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from pos_bridge.admin.client import NotAnsweredError, RefusedError, ask
from pos_bridge.checkup.finding import Finding, Weight
from pos_bridge.domain.leg import Kind, State, Tender

FRESH_S = 60.0
ASK_S = 5.0
WAIT_S = 20.0  # a look at the processor, or at a large journal, may take its time: then the page says so

_Count = Annotated[int, Meta(ge=0)]
_OfDay = Annotated[int, Meta(ge=0, le=23)]
_Name = Annotated[str, Meta(max_length=128)]


class Reader(msgspec.Struct, frozen=True):
    """`locks`: those in force in its card room; None: its room did not start."""

    name: _Name
    there: bool
    locks: tuple[_Name, ...] | None


class Hour(msgspec.Struct, frozen=True):
    day: date
    hour: _OfDay


class Processor(msgspec.Struct, frozen=True):
    """`reachable` None: the engine has not looked yet."""

    reachable: bool | None
    session_opened: Hour | None


class Journal(msgspec.Struct, frozen=True):
    writable: bool


class Certificate(msgspec.Struct, frozen=True):
    what: _Name
    days: int


class Leg(msgspec.Struct, frozen=True):
    key: Annotated[str, Meta(pattern=r"^[0-9a-f-]{36}$")]
    kind: Kind
    tender: Tender
    state: State
    hours: _Count


class Unresolved(msgspec.Struct, frozen=True):
    count: _Count
    legs: tuple[Leg, ...]


class Sale(msgspec.Struct, frozen=True):
    """The end of a payment in an hour that is over. `cents`: Canadian."""

    day: date
    hour: _OfDay
    tender: Tender
    kind: Kind
    cents: _Count
    outcome: State


class Overview(msgspec.Struct, frozen=True):
    """docs/administration.md. Parts that are not shown here may come beside these."""

    version: _Name
    started_on: date
    readers: tuple[Reader, ...]
    processor: Processor
    journal: Journal
    certificates: tuple[Certificate, ...]
    unresolved: Unresolved | None
    sales: tuple[Sale, ...] | None
    connections: dict[_Name, _Count] | None


@dataclass(frozen=True, slots=True)
class Silent:
    """The engine said nothing that can be shown. `word`: why, as page/words.py has it."""

    word: str


@dataclass(frozen=True, slots=True)
class Findings:
    """`found`: the worst first. `age_s`: since the look ended; None: it still goes on, and nothing is known yet."""

    found: tuple[Finding, ...]
    age_s: float | None

    def of(self, weight: Weight) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.found if finding.weight is weight)


class Facts:
    """`socket`: of the engine, None where there is none. `examine`: all of doctor's findings, blocking; looks are
    FRESH_S apart, whoever asks how often.
    """

    def __init__(
        self,
        socket: Path | None,
        examine: Callable[[], Iterable[Finding]],
        *,
        clock: Callable[[], float] = time.monotonic,
        wait_s: float = WAIT_S,
    ) -> None:
        self._socket = socket
        self._examine = examine
        self._clock = clock
        self._wait_s = wait_s
        self._threads = ThreadPoolExecutor(2, "facts")
        self._found: tuple[tuple[Finding, ...], float] | None = None
        self._looking: asyncio.Task[None] | None = None

    async def engine(self) -> Overview | Silent:
        if self._socket is None:
            return Silent("no_socket")
        try:
            told = await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, self._socket)
            return msgspec.convert(told, Overview)
        except NotAnsweredError:
            return Silent("engine_silent")
        except RefusedError:
            return Silent("engine_refuses")
        except msgspec.ValidationError:
            return Silent("engine_other")

    async def findings(self) -> Findings:
        if self._looking is None and (self._found is None or self._clock() - self._found[1] >= FRESH_S):
            self._looking = asyncio.create_task(self._look())
        if self._looking is not None:
            await asyncio.wait({self._looking}, timeout=self._wait_s)
        if self._found is None:
            return Findings((), None)
        found, ended = self._found
        return Findings(found, self._clock() - ended)

    def close(self) -> None:
        """What is being asked ends by its own limits."""
        if self._looking is not None:
            self._looking.cancel()
        self._threads.shutdown(cancel_futures=True)

    async def _look(self) -> None:
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, lambda: tuple(self._examine()))
        finally:
            self._looking = None
        order = list(Weight)
        self._found = tuple(sorted(found, key=lambda each: -order.index(each.weight))), self._clock()

    @staticmethod
    def _ask(socket: Path) -> dict[str, object]:
        return ask(socket, "overview", timeout_s=ASK_S)
