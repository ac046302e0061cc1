"""Going through everybody, a page at a time: what is due, and who is to be forgotten.

Between two pages whoever pays has the vault. No job of the vault's is longer than a page, but to forget.
"""

from collections.abc import AsyncIterator
from datetime import date, timedelta

from pos_bridge.checkout.noted import Noted
from pos_bridge.checkout.person_ports import Persons
from pos_bridge.checkout.ports import Logbook
from pos_bridge.domain.access import Due, Duty, Retained
from pos_bridge.domain.identity import ChoiceKind, VaultFault, VaultUnusableError, kind_of
from pos_bridge.domain.person import ANSWER_WITHIN, Person
from pos_bridge.domain.purposes import Retention
from pos_bridge.log import events
from pos_bridge.log.log import counted

PAGE = 500  # persons; each is decrypted by itself
TOGETHER = 1000  # persons forgotten at once: on a full vault two thirds of that is for the file, however many go


async def due(persons: Persons, noted: Noted, today: date) -> Due:
    found: list[Duty] = []
    async for page in _pages(persons, noted):
        for person in page:
            found += duties(person, today)
    owed = await noted.vault(persons.owed())
    return Due(tuple(sorted(found, key=lambda duty: (duty.due, duty.received))), owed.copies, owed.renewal)


async def retained(persons: Persons, noted: Noted, log: Logbook, retention: Retention, today: date) -> Retained:
    """Found first and forgotten together: after each time the vault writes its whole file anew, and who pays waits.

    A vault that fails on the way (a record that cannot be read) is told after all that could be done.
    """
    found: dict[ChoiceKind, list[bytes]] = {kind: [] for kind in ChoiceKind}
    gone = dict.fromkeys(ChoiceKind, 0)
    fault: VaultFault | None = None
    proofs = await noted.vault(persons.forget_proofs())
    if proofs:
        log.emit(events.ProofsForgotten(counted(proofs)))

    def over(person: Person) -> bool:
        return retention.over(person, today)

    try:
        async for page in _pages(persons, noted):
            for person in filter(over, page):
                found[kind_of(person.choice)].append(person.id)
    except VaultUnusableError as error:
        fault = error.fault
    try:
        for kind, names in found.items():
            for at in range(0, len(names), TOGETHER):
                gone[kind] += await noted.vault(persons.forget(tuple(names[at : at + TOGETHER]), over))
    finally:
        told = Retained(gone[ChoiceKind.HOME_DELIVERY], gone[ChoiceKind.CHOUCHOUS], proofs)
        log.emit(events.PeopleForgotten(counted(told.deliveries), counted(told.members)))
    if fault is not None:
        raise VaultUnusableError(fault)
    return told


async def _pages(persons: Persons, noted: Noted) -> AsyncIterator[tuple[Person, ...]]:
    after = b""
    while page := await noted.vault(persons.page(after, PAGE)):
        yield page
        after = page[-1].id


def duties(person: Person, today: date) -> list[Duty]:
    """What this person waits for, whenever it is due. Also a child who is 14 by now, and is to be asked."""
    waiting = [
        Duty(person.choice, request.right, request.received, request.due) for request in person.requests if request.open
    ]
    if person.child_until is not None and person.asked_again(today):
        since = person.child_until.last_day + timedelta(days=1)
        waiting.append(Duty(person.choice, None, since, since + ANSWER_WITHIN))
    return waiting
