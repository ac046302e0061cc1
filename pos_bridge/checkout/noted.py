"""An act on a person's data, noted in the audit trail before it is done: by whoever may, or refused and noted too.

What the trail does not take is not done. Nothing here says who a person is: not to the trail, not to the log.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pos_bridge.checkout.person_ports import Persons, Trail
from pos_bridge.checkout.ports import Logbook
from pos_bridge.domain.audit import MAY, Act, Actor, AuditEntry, TrailUnwritableError
from pos_bridge.domain.identity import Choice, Purpose, VaultFault, VaultUnusableError
from pos_bridge.domain.person import Person, PersonFault
from pos_bridge.domain.person_change import Change
from pos_bridge.log import events

_Result = TypeVar("_Result")
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does what, for which purpose; `within_s`: how long they wait for it in all (None: as long as it takes)."""

    actor: Actor
    act: Act
    purpose: Purpose | None = None
    within_s: float | None = None


class Noted:
    """Every call raises VaultUnusableError and TrailUnwritableError; then nothing was done, but for a call that waited
    too long: what was asked of the vault may be done still, and asked again it is the same.
    """

    def __init__(self, persons: Persons, trail: Trail, log: Logbook, clock: Callable[[], datetime]) -> None:
        self._persons = persons
        self._trail = trail
        self._log = log
        self._clock = clock
        self._fault: VaultFault | None = None
        self._trail_works = True

    @property
    def now(self) -> datetime:
        return self._clock()

    async def changed(self, deed: Deed, choice: Choice, how: Change) -> Person | PersonFault:
        """`how` is tried on what is there, noted with what it would give, and then done."""
        until = _until(deed)
        found = await self._found(deed, choice, how, until)
        if isinstance(found, PersonFault):
            return found
        after = await self.vault(self._persons.change(choice, how), until)
        if isinstance(after, PersonFault):  # somebody else was faster
            await self._note(deed, None, after, until)
        return after

    async def read(
        self, deed: Deed, choice: Choice, how: Callable[[Person | None], _Found | PersonFault]
    ) -> _Found | PersonFault:
        """What `how` finds, once it is noted that it was read, or why not."""
        return await self._found(deed, choice, how, _until(deed))

    async def allowed(self, deed: Deed) -> PersonFault | None:
        """For what is of nobody, or of several: noted."""
        until = _until(deed)
        fault = await self._role(deed, until)
        if fault is None:
            await self._note(deed, None, None, until)
        return fault

    async def vault(self, asked: Awaitable[_Result], until: float | None = None) -> _Result:
        try:
            async with asyncio.timeout_at(until):
                result = await asked
        except VaultUnusableError as error:
            fault = error.fault
        except TimeoutError:
            fault = VaultFault.DISK
        else:
            self._fault = None
            return result
        if self._fault is not fault:
            self._log.emit(events.VaultUnusable(fault))
        self._fault = fault
        raise VaultUnusableError(fault)

    async def _found(
        self, deed: Deed, choice: Choice, how: Callable[[Person | None], _Found | PersonFault], until: float | None
    ) -> _Found | PersonFault:
        if fault := await self._role(deed, until):
            return fault
        person = await self.vault(self._persons.person(choice), until)
        found = how(person)
        await self._note(deed, person, found if isinstance(found, PersonFault) else None, until)
        return found

    async def _role(self, deed: Deed, until: float | None) -> PersonFault | None:
        """Before anything is looked at: whoever may not is not even told whether there is somebody."""
        if deed.actor.role in MAY.get(deed.act, frozenset()):
            return None
        await self._note(deed, None, PersonFault.NOT_ALLOWED, until)
        return PersonFault.NOT_ALLOWED

    async def _note(self, deed: Deed, person: Person | None, refused: PersonFault | None, until: float | None) -> None:
        entry = AuditEntry(
            self.now.date(), deed.actor, deed.act, deed.purpose, None if person is None else person.id, refused
        )
        try:
            async with asyncio.timeout_at(until):
                await self._trail.note(entry)
        except TrailUnwritableError as error:
            fault = type(error)
        except TimeoutError:
            fault = TrailUnwritableError
        else:
            self._trail_works = True
            return
        if self._trail_works:
            self._log.emit(events.TrailUnwritable())
        self._trail_works = False
        raise fault


def _until(deed: Deed) -> float | None:
    return None if deed.within_s is None else asyncio.get_running_loop().time() + deed.within_s
