"""What the page shows: the running engine's own overview, asked at its administration socket, and doctor's findings.

Whatever the engine says is held against its shape first (admin/told.py); of what does not fit nothing is shown. No
person, no card, and of sales nothing finer than hours that are over.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pos_bridge.admin.client import NotAnsweredError, RefusedError, ask
from pos_bridge.admin.told import Overview
from pos_bridge.checkup.finding import Finding, Weight

FRESH_S = 60.0
ASK_S = 5.0
WAIT_S = 20.0  # a look at the processor, or at a large journal, may take its time: then the page says so


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
