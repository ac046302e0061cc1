"""A leg in the settler's hands: where it stands, and what was learnt about it in this run."""

import asyncio

from pos_bridge.domain.leg import Cause, Leg, State

# What the settler works on. Anything else is at its end, or waits for the till or a person.
OPEN = frozenset({State.CAPTURING, State.REVERSING, State.GIVING_BACK, State.REFUND_INTENT})


class InDoubtError(Exception):
    """A step may be on disk or not: the journal failed, and cannot be read either."""


class Settling:
    """Whoever handed the leg over may wait for its end, and look at `leg` and `code` (the approval code) then.

    `unrecorded` are states that are still to be made durable, oldest first. `lock` is held while a step is taken.
    """

    def __init__(self, leg: Leg, unrecorded: tuple[Leg, ...] = (), *, fresh: bool = False) -> None:
        self.leg = leg
        self.code: str | None = None
        self.unrecorded = list(unrecorded)
        self.lock = asyncio.Lock()
        self.definite = asyncio.Event()
        self.durable = asyncio.Event()
        self.unsent = fresh  # no request of it was ever sent
        self.look_up = False  # what was sent has no definite answer: ask what became of it
        self.said: Cause | None = None  # the processor's no to a repeated request, which may not be the first one's
        self.refused = False  # the newest answer was a no that decides nothing: ask seldom
        self.told_stuck = False

    async def wait(self) -> None:
        """Until the outcome is definite, durable here or not."""
        await self.definite.wait()

    async def ended(self, within_s: float) -> bool:
        """Whether it is at an end, definite, within that time; `recorded` then says whether it is durable too."""
        try:
            async with asyncio.timeout(within_s):
                await self.definite.wait()
                await self.durable.wait()
        except TimeoutError:
            pass
        return self.definite.is_set()

    @property
    def recorded(self) -> bool:
        return self.durable.is_set()
