"""What the vault needs done without anybody asking: whose time is over is forgotten, its key renewed after an erasure.

By the hour and at the start, while nobody waits for it. What fails now is tried again in an hour, and logged where it
failed. Nobody is forgotten by a clock that the processor contradicts, or has not been asked about: one that is years
ahead would make it everybody.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

from pos_bridge.checkout.people import People
from pos_bridge.domain.audit import Actor, Role, TrailUnwritableError
from pos_bridge.domain.identity import VaultUnusableError
from pos_bridge.domain.person import PersonFault

NEAR = timedelta(days=1)
THIS_PROGRAM = Actor(Role.SYSTEM, 0)


class Upkeep:
    """One for an engine: whoever else has the vault open for a command does neither."""

    def __init__(self, people: People, right_time: Callable[[], datetime | None]) -> None:
        """`right_time`: aware, of another clock than this till's; None while there is none."""
        self._right_time = right_time
        self._people = people
        self._retained: date | None = None  # not before this run of the program

    async def settle(self) -> None:
        """Once a day the retention; each time, what erasures wait for. Raises nothing of the vault or the trail."""
        today = self._people.today
        if self._retained != today and self._believed():
            with suppress(VaultUnusableError, TrailUnwritableError):
                if not isinstance(await self._people.retain(THIS_PROGRAM), PersonFault):
                    self._retained = today
        with suppress(VaultUnusableError):
            await self._people.renew()

    def _believed(self) -> bool:
        return is_right(self._people.now, self._right_time())


class OldEntries:
    """The audit trail's rows, and whoever was an operator, after their months: once a day, by a clock that is right."""

    def __init__(
        self,
        remove: Callable[[date, date], Awaitable[None]],
        clock: Callable[[], datetime],
        right_time: Callable[[], datetime | None],
        months: int,
    ) -> None:
        """`remove` what is of before the first day; the second is today. It raises nothing."""
        self._remove = remove
        self._clock = clock
        self._right_time = right_time
        self._kept = timedelta(days=31 * months)  # a month has no more days
        self._done: date | None = None

    async def settle(self) -> None:
        now = self._clock()
        if self._done != now.date() and is_right(now, self._right_time()):
            await self._remove(now.date() - self._kept, now.date())
            self._done = now.date()


def is_right(now: datetime, right: datetime | None) -> bool:
    return right is not None and abs(now - right) <= NEAR
