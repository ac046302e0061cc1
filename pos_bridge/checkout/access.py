"""The answer to *what do you have about me*: all of it, but for what is another person's."""

from dataclasses import replace
from datetime import date

from pos_bridge.checkout.person_ports import Sales
from pos_bridge.domain.access import Access, KnownSale
from pos_bridge.domain.details import NO_DETAILS
from pos_bridge.domain.person import LinkedSale, Person, Whose


async def sales(journal: Sales, linked: tuple[LinkedSale, ...]) -> tuple[KnownSale, ...]:
    """With what the journal says of each, oldest first. Raises JournalUnwritableError."""
    known = [
        KnownSale(
            each,
            await journal.find_leg(each.key),
            await journal.recorded(each.key),
            await journal.refunds_of(each.key),
        )
        for each in linked
    ]
    return tuple(sorted(known, key=_when))


def of(person: Person, known: tuple[KnownSale, ...], today: date) -> Access:
    """A recipient's name and address are not told to the one who ordered; that there are some is."""
    withheld = person.whose is Whose.RECIPIENT and person.details != NO_DETAILS
    earned = [sale.linked.earned.standing for sale in known if sale.linked.earned is not None]
    return Access(
        today,
        replace(person, details=NO_DETAILS) if withheld else person,
        withheld,
        person.in_force(today),
        known,
        sum(earned) if earned else None,
    )


def _when(sale: KnownSale) -> tuple[date, int, bytes]:
    at = sale.recorded
    return (date.min if at is None else at.day, 0 if at is None else at.hour, sale.linked.key.raw)
