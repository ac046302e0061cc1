"""What a purchase changes in a person's record: domain/person_change.py says it, and how long an order's data stays."""

from dataclasses import replace
from datetime import date, timedelta

from pos_bridge.domain.identity import Choice, Consent, HomeDelivery
from pos_bridge.domain.person import Person
from pos_bridge.domain.person_change import chosen
from pos_bridge.identity.record import nearest


def bought(person: Person | None, choice: Choice, consent: Consent, window_days: int) -> Person | None:
    """After a sale was paid with this choice: the same person, if that says nothing new.

    None where nothing that stands allows it, as for a child whose parent took back what they had agreed to: then the
    sale is nobody's.
    """
    given = replace(consent, day=nearest(consent.day))
    after = chosen(person, choice, given)
    if not given.purposes <= after.in_force(given.day):
        return None
    after = replace(after, keep_until=_keep_until(after, given.day, window_days))
    return person if after == person else after


def _keep_until(person: Person, day: date, window_days: int) -> date | None:
    """Of an order: what is there, unless that was over before this purchase."""
    until = person.keep_until
    if not isinstance(person.choice, HomeDelivery) or (until is not None and until >= day):
        return until
    return nearest(day + timedelta(days=window_days))
