"""What may not be of a person: details that their choice does not take, an age that cannot be, the wrong one's consent.

Pure functions of what is there, what is given and the day; None: nothing stands against it.
"""

from datetime import date

from pos_bridge.domain.details import NO_DETAILS, Details, Field
from pos_bridge.domain.identity import GivenBy, kind_of
from pos_bridge.domain.person import Month, Person, PersonFault
from pos_bridge.domain.purposes import TAKES

_AGE_OF_CONSENT = 14  # P-39.1, 4.1
_GROWN_UP = 18
_MONTHS = 12


def details_fault(person: Person, details: Details, today: date) -> PersonFault | None:
    """A child's month is not to come, and of no grown-up."""
    month = details.get(Field.CHILD_MONTH)
    if not details.fields <= TAKES[kind_of(person.choice)]:
        return PersonFault.UNFIT
    if month is None or month == person.details.get(Field.CHILD_MONTH):
        return None
    year, _, number = month.partition("-")
    age = Month.of(today).since(Month(int(year), int(number)))
    return None if 0 <= age <= _GROWN_UP * _MONTHS else PersonFault.UNFIT


def age_fault(person: Person, by: GivenBy, child_until: Month | None, today: date) -> PersonFault | None:
    """Under 14 a parent consents, and says until when; at 14 and later nobody does for another."""
    by_parent = by is GivenBy.PARENT
    if child_until is None:
        still_a_child = person.child_until is not None and not person.asked_again(today)
        if by_parent:
            return PersonFault.UNFIT
        return PersonFault.NO_PARENT if still_a_child else None
    if not by_parent:
        return PersonFault.NO_PARENT
    if not 0 <= child_until.since(Month.of(today)) <= _AGE_OF_CONSENT * _MONTHS:
        return PersonFault.UNFIT
    known = person.details != NO_DETAILS or person.child_until is not None
    return PersonFault.EXISTS if known and person.child_until != child_until else None
