"""How readers, processor and journal are, looked at by a clock that no sale and nobody who asks sets.

To look at a reader takes the card room that stands ready for the next customer: not each time that somebody asks. And
if only a sale went for a processor that was lost, its being there again would say that somebody paid.
"""

import asyncio
from collections.abc import Awaitable, Callable

from pos_bridge import faults
from pos_bridge.domain.outcome import Health

_AGAIN_S = 30.0
_UNKNOWN = Health(processor_reachable=False, journal_writable=False, readers=())
_SOON_S = 1.0  # what is not well is looked at sooner, and seldomer each time


class Vitals:
    """`reach`: try to have the processor. `run` until it is cancelled; `health` is as last seen."""

    def __init__(self, look: Callable[[], Awaitable[Health]], reach: Callable[[], Awaitable[object]]) -> None:
        self._look = look
        self._reach = reach
        self._seen: Health | None = None
        self._first = asyncio.Event()

    async def run(self) -> None:
        pause = _SOON_S
        while True:
            seen = await self._looked()
            self._seen = seen
            self._first.set()
            pause = _AGAIN_S if is_well(seen) else min(2 * pause, _AGAIN_S)
            await asyncio.sleep(pause)
            pause = _SOON_S if is_well(seen) else pause

    async def _looked(self) -> Health:
        """A fault of a look is told, and is no reason to go on saying that all is well."""
        try:
            seen = await self._look()
            if not seen.processor_reachable:
                await self._reach()
        except Exception as fault:  # noqa: BLE001 - the next look may go well
            faults.tell(fault)
            return _UNKNOWN
        return seen

    async def health(self) -> Health:
        await self._first.wait()
        assert self._seen is not None
        return self._seen


def is_well(health: Health) -> bool:
    """Whether a card can be paid with."""
    there = bool(health.readers) and all(there for _, there in health.readers)
    return there and health.processor_reachable and health.journal_writable
