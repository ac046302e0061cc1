"""How readers, processor and journal are, looked at by a clock that no sale and nobody who asks sets.

To look at a reader takes the card room that stands ready for the next customer: not each time that somebody asks. And
if only a sale went for a processor that was lost, its being there again would say that somebody paid.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from pos_bridge.domain.outcome import Health
from pos_bridge.log import faults

_AGAIN_S = 30.0
_SOON_S = 1.0  # what is not well is looked at sooner, and seldomer each time


@dataclass(frozen=True, slots=True)
class Seen:
    """`processor` None: not looked at yet. Whether it answers takes a call, and the first one is under way."""

    processor: bool | None
    journal: bool
    readers: tuple[tuple[str, bool], ...]

    @property
    def is_well(self) -> bool:
        """Whether a card can be paid with."""
        there = bool(self.readers) and all(there for _, there in self.readers)
        return there and self.processor is True and self.journal


_FAILED = Seen(processor=False, journal=False, readers=())


class Vitals:
    """`reach`: whether the processor can be had, tried. `run` until it is cancelled; `health` is as last seen."""

    def __init__(self, look: Callable[[], Awaitable[Health]], reach: Callable[[], Awaitable[bool]]) -> None:
        self._look = look
        self._reach = reach
        self._seen: Seen | None = None
        self._first = asyncio.Event()

    async def run(self) -> None:
        pause = _SOON_S
        while True:
            seen = await self._looked()
            self._say(seen)
            pause = _AGAIN_S if seen.is_well else min(2 * pause, _AGAIN_S)
            await asyncio.sleep(pause)
            pause = _SOON_S if seen.is_well else pause

    async def _looked(self) -> Seen:
        """A fault of a look is told, and is no reason to go on saying that all is well."""
        try:
            now = await self._look()
            seen = Seen(now.processor_reachable, now.journal_writable, now.readers)
            if seen.processor:
                return seen
            if self._seen is None:
                self._say(replace(seen, processor=None))
            return replace(seen, processor=await self._reach())
        except Exception as fault:  # noqa: BLE001 - the next look may go well
            faults.tell(fault)
            return _FAILED

    def _say(self, seen: Seen) -> None:
        self._seen = seen
        self._first.set()

    async def health(self) -> Seen:
        await self._first.wait()
        assert self._seen is not None
        return self._seen
