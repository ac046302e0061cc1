"""What may be done with a person's data, by whom and for what: the one service that tills, commands and retention ask.

Who may do what is a table (domain/audit.py), and so is what a purpose reads (domain/purposes.py); what is in neither is
refused. Each act is noted before it is done, and each refusal too. No act touches money.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial

from pos_bridge.checkout import access, passing
from pos_bridge.checkout.noted import Deed, Noted
from pos_bridge.checkout.person_ports import Persons, Sales, Trail
from pos_bridge.checkout.ports import Logbook
from pos_bridge.domain.access import Access, Due, Erased, Retained, Shown
from pos_bridge.domain.audit import Act, Actor
from pos_bridge.domain.details import Field, UnfitDetailError
from pos_bridge.domain.identity import Channel, Choice, Consent, ConsentEnd, Purpose, VaultFault, VaultUnusableError
from pos_bridge.domain.person import Person, PersonFault, Refusal, Right
from pos_bridge.domain.person_change import (
    Delivery,
    Enrolment,
    answered,
    consented,
    delivered,
    enrolled,
    received,
    rectified,
    refused,
    withdrawn,
)
from pos_bridge.domain.purposes import Retention, shown

WITHIN_S = 2.0  # a commit takes milliseconds; a customer does not wait for a disk that hangs


class People:
    """Every method returns a PersonFault where nothing was done, and raises VaultUnusableError or TrailUnwritableError.

    Asked again, what was done before is done already: whoever got no answer asks again.
    """

    def __init__(
        self,
        persons: Persons,
        trail: Trail,
        sales: Sales,
        log: Logbook,
        *,
        clock: Callable[[], datetime],
        retention: Retention | None = None,
    ) -> None:
        """`clock`: the store's local time."""
        self.retention = retention or Retention()
        self._persons = persons
        self._sales = sales
        self._log = log
        self._noted = Noted(persons, trail, log, clock)

    @property
    def now(self) -> datetime:
        """The store's time."""
        return self._noted.now

    @property
    def today(self) -> date:
        return self._noted.now.date()

    # ---- at a till: a customer waits ----

    async def enrol(self, actor: Actor, given: Enrolment) -> Person | PersonFault:
        how = partial(enrolled, given=given, today=self.today)
        return await self._noted.changed(Deed(actor, Act.ENROL, within_s=WITHIN_S), given.choice, how)

    async def consent(self, actor: Actor, choice: Choice, consent: Consent) -> Person | PersonFault:
        """To more of what is known already; at 14, to what a parent had agreed to."""
        how = partial(consented, consent=consent, today=self.today)
        return await self._noted.changed(Deed(actor, Act.ENROL, within_s=WITHIN_S), choice, how)

    async def deliver(self, actor: Actor, given: Delivery) -> Person | PersonFault:
        how = partial(delivered, given=given, today=self.today)
        return await self._noted.changed(Deed(actor, Act.DELIVER, within_s=WITHIN_S), given.choice, how)

    async def look_up(
        self, actor: Actor, choice: Choice, purpose: Purpose, fields: Iterable[Field] | None = None
    ) -> Shown | PersonFault:
        """What the purpose needs, or of these fields; one that it does not need is refused, with all the others."""
        today, wanted = self.today, None if fields is None else frozenset(fields)

        def how(person: Person | None) -> Shown | PersonFault:
            if person is None:
                return PersonFault.UNKNOWN
            found = shown(person, purpose, today, wanted)
            return found if isinstance(found, PersonFault) else Shown(found, person.in_force(today))

        return await self._noted.read(Deed(actor, Act.READ, purpose, WITHIN_S), choice, how)

    async def withdraw(
        self, actor: Actor, choice: Choice, purposes: Iterable[Purpose], channel: Channel
    ) -> Person | PersonFault:
        ends = frozenset(purposes)
        (only,) = ends if len(ends) == 1 else (None,)
        how = partial(withdrawn, purposes=ends, channel=channel, today=self.today)
        return await self._noted.changed(Deed(actor, Act.WITHDRAW, only, WITHIN_S), choice, how)

    # ---- a person's rights ----

    async def access(self, actor: Actor, choice: Choice) -> Access | PersonFault:
        """All that is kept. An open request for it is answered. Raises JournalUnwritableError: no sale can be read."""
        found = await self._noted.read(Deed(actor, Act.ACCESS), choice, _known)
        if isinstance(found, PersonFault):
            return found
        linked = await self._noted.vault(self._persons.sales_of(found.id))
        sales = await access.sales(self._sales, linked)
        answer = partial(answered, right=Right.ACCESS, today=self.today)
        after = await self._noted.vault(self._persons.change(choice, answer))
        return after if isinstance(after, PersonFault) else access.of(after, sales, self.today)

    async def proof(self, actor: Actor, choice: Choice) -> tuple[Consent | ConsentEnd, ...] | PersonFault:
        """What somebody who was erased had agreed to, for whoever gives the number again. UNKNOWN: none is kept."""
        if fault := await self._noted.allowed(Deed(actor, Act.PROVE)):
            return fault
        found = await self._noted.vault(self._persons.proof(choice))
        return PersonFault.UNKNOWN if found is None else found.history

    async def rectify(self, actor: Actor, choice: Choice, changes: Mapping[Field, str | None]) -> Person | PersonFault:
        """Raises UnfitDetailError too, which is noted as UNFIT."""
        today = self.today
        unfit: list[UnfitDetailError] = []

        def how(person: Person | None) -> Person | PersonFault:
            try:
                return rectified(person, changes, today)
            except UnfitDetailError as error:  # of the vault's thread, where nothing may be raised that refers to data
                unfit[:] = [UnfitDetailError(error.field, error.why)]
                return PersonFault.UNFIT

        after = await self._noted.changed(Deed(actor, Act.RECTIFY), choice, how)
        if isinstance(after, PersonFault) and unfit:
            raise unfit[0]
        return after

    async def erase(self, actor: Actor, choice: Choice) -> Erased | PersonFault:
        """Money needs nobody to be in the vault: a sale that is not settled is settled as a sale of nobody."""
        today = self.today

        def how(person: Person | None) -> bool | PersonFault:
            return PersonFault.RECOURSE_OPEN if person is not None and person.disputed(today) else True

        deed = Deed(actor, Act.ERASE)
        try:
            found = await self._noted.read(deed, choice, how)
        except VaultUnusableError as error:
            if error.fault is not VaultFault.DAMAGED:
                raise
            found = await self._noted.allowed(deed) or True  # a record that nobody can read is of use to nobody
        if isinstance(found, PersonFault):
            return found
        gone = await self._noted.vault(self._persons.erase(choice))
        if gone is None:
            return PersonFault.UNKNOWN
        try:
            owed = await self._noted.vault(self._persons.owed())
        except VaultUnusableError:  # erased it is; what is owed is on disk, and tried again by the hour
            return Erased(acknowledged=False, renewed=False)
        return Erased(acknowledged=owed.copies == 0, renewed=not owed.renewal)

    async def receive(
        self, actor: Actor, choice: Choice, right: Right, day: date | None = None
    ) -> Person | PersonFault:
        """A person asked for it, today or on that day."""
        today = self.today
        how = partial(received, right=right, day=day or today, today=today)
        return await self._noted.changed(Deed(actor, Act.REQUEST), choice, how)

    async def refuse(self, actor: Actor, choice: Choice, right: Right, refusal: Refusal) -> Person | PersonFault:
        how = partial(refused, right=right, refusal=refusal, today=self.today)
        return await self._noted.changed(Deed(actor, Act.REFUSE), choice, how)

    # ---- of everybody ----

    async def renew(self) -> bool:
        """What erasures wait for: a new key. False: it is owed still. Of nobody: not noted. A failure is logged."""
        return await self._noted.vault(self._persons.renew())

    async def due(self, actor: Actor) -> Due | PersonFault:
        """What persons wait for, the oldest first, and what erasures wait for. Reads everybody, in pages."""
        if fault := await self._noted.allowed(Deed(actor, Act.LIST_DUE)):
            return fault
        return await passing.due(self._persons, self._noted, self.today)

    async def retain(self, actor: Actor) -> Retained | PersonFault:
        """Forget whoever's time is over. Reads everybody, in pages: what it did is done when it is stopped between."""
        if fault := await self._noted.allowed(Deed(actor, Act.RETAIN)):
            return fault
        return await passing.retained(self._persons, self._noted, self._log, self.retention, self.today)


def _known(person: Person | None) -> Person | PersonFault:
    return PersonFault.UNKNOWN if person is None else person
