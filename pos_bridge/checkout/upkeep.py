"""What the vault needs done without anybody asking: whose time is over is forgotten, its key renewed after an erasure.

By the hour and at the start, while nobody waits for it. What fails now is tried again in an hour, and logged where it
failed.
"""

from datetime import date

from pos_bridge.checkout.people import People
from pos_bridge.checkout.person_ports import Persons
from pos_bridge.domain.audit import Actor, Role, TrailUnwritableError
from pos_bridge.domain.identity import VaultUnusableError
from pos_bridge.domain.person import PersonFault

THIS_PROGRAM = Actor(Role.SYSTEM, 0)


class Upkeep:
    """One for an engine: whoever else has the vault open for a command does neither."""

    def __init__(self, people: People, persons: Persons) -> None:
        self._people = people
        self._persons = persons
        self._retained: date | None = None  # not before this run of the program

    async def settle(self) -> None:
        """Once a day the retention; each time, what erasures wait for. Raises nothing of the vault or the trail."""
        try:
            if self._retained != self._people.today:
                today = self._people.today
                if not isinstance(await self._people.retain(THIS_PROGRAM), PersonFault):
                    self._retained = today
            await self._persons.renew()
        except (VaultUnusableError, TrailUnwritableError):
            return
