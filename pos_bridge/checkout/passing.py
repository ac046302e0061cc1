"""Going through everybody, a page at a time: what is due, and who is to be forgotten.

Between two pages whoever pays has the vault: no job of the vault's is longer than a page.
"""

from collections.abc import AsyncIterator
from datetime import date

from pos_bridge import events
from pos_bridge.checkout.noted import Noted
from pos_bridge.checkout.person_ports import Persons
from pos_bridge.checkout.ports import Logbook
from pos_bridge.domain.access import Due, Duty, Retained
from pos_bridge.domain.identity import ChoiceKind, kind_of
from pos_bridge.domain.person import ANSWER_WITHIN, Person
from pos_bridge.domain.purposes import Retention
from pos_bridge.log import counted

PAGE = 500  # persons; each is decrypted by itself


async def due(persons: Persons, noted: Noted, today: date) -> Due:
    found: list[Duty] = []
    async for page in _pages(persons, noted):
        for person in page:
            found += _duties(person, today)
    owed = await noted.vault(persons.owed())
    return Due(tuple(sorted(found, key=lambda duty: (duty.due, duty.received))), owed.copies, owed.renewal)


async def retained(persons: Persons, noted: Noted, log: Logbook, retention: Retention, today: date) -> Retained:
    """Each page's at once, before the next is read: the shorter the time in which somebody may buy again.

    A vault that fails on the way (a record that cannot be read) is told after all that could be done.
    """
    gone = dict.fromkeys(ChoiceKind, 0)
    proofs = await noted.vault(persons.forget_proofs())
    try:
        async for page in _pages(persons, noted):
            for kind in ChoiceKind:
                over = tuple(each.id for each in page if kind_of(each.choice) is kind and retention.over(each, today))
                if over:
                    gone[kind] += await noted.vault(persons.forget(over))
    finally:
        told = Retained(gone[ChoiceKind.HOME_DELIVERY], gone[ChoiceKind.CHOUCHOUS], proofs)
        log.emit(events.PeopleForgotten(counted(told.deliveries), counted(told.members), counted(told.proofs)))
    return told


async def _pages(persons: Persons, noted: Noted) -> AsyncIterator[tuple[Person, ...]]:
    after = b""
    while page := await noted.vault(persons.page(after, PAGE)):
        yield page
        after = page[-1].id


def _duties(person: Person, today: date) -> list[Duty]:
    duties = [
        Duty(person.choice, request.right, request.received, request.due) for request in person.requests if request.open
    ]
    if person.child_until is not None and person.asked_again(today):
        since = date(person.child_until.year, person.child_until.month, 1)
        duties.append(Duty(person.choice, None, since, since + ANSWER_WITHIN))
    return duties
