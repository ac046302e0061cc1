"""What becomes of a person by what they give, take back and ask for: pure functions, each asked twice as good as once.

Nothing here is invented: what a person has afterwards they had before, or it was in what they gave. Withdrawing deletes
nothing, and a history only grows (until it is longer than anybody's: then the oldest of what no longer stands goes).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pos_bridge.domain.details import NO_DETAILS, Details, Field
from pos_bridge.domain.identity import (
    Channel,
    Choice,
    Chouchous,
    Consent,
    ConsentEnd,
    GivenBy,
    HomeDelivery,
    Purpose,
    kind_of,
)
from pos_bridge.domain.person import (
    ID_LENGTH,
    Month,
    Person,
    PersonFault,
    Refusal,
    Right,
    RightRequest,
    Whose,
)
from pos_bridge.domain.person_faults import age_fault, details_fault
from pos_bridge.domain.purposes import SERVES

Changed = Person | PersonFault
Change = Callable[[Person | None], Changed]

UNNAMED = bytes(ID_LENGTH)  # a new person's name is the vault's to draw
MAX_HISTORY = 80  # consents and their ends: as the vault's longest record has room for, beside all details
MAX_REQUESTS = 40
MOST_LATE = timedelta(days=366)  # of a request that is noted: what came earlier is a slip of the hand


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """What a member gives. `child_until`: of a person under 14 the month of their 14th birthday.

    `more`: what they agree to beside it, each to a text of its own.
    """

    choice: Chouchous
    details: Details
    consent: Consent
    child_until: Month | None = None
    more: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Delivery:
    """Where an order goes. `keep_until`: the last day on which that must be known. `more`: as in Enrolment."""

    choice: HomeDelivery
    details: Details
    consent: Consent
    keep_until: date
    whose: Whose = Whose.OWN
    more: tuple[Consent, ...] = ()


# ---- becoming known ----


def chosen(person: Person | None, choice: Choice, consent: Consent) -> Person:
    """A sale was paid with this choice: whoever gives the number agrees to what it is for, once.

    Of a child the parent's consent counts, and at 14 one that is asked for: a number at a till is neither.
    """
    there = person or Person(UNNAMED, choice, Month.of(consent.day))
    there = _active(there, consent.day)
    return there if there.child_until is not None else _agreeing(there, consent)


def enrolled(person: Person | None, given: Enrolment, today: date) -> Changed:
    """A member with these details. With none a member keeps those that were given before."""
    there = person or Person(UNNAMED, given.choice, Month.of(today))
    if fault := (
        details_fault(there, given.details, today) or age_fault(there, given.consent.by, given.child_until, today)
    ):
        return fault
    details = there.details if given.details == NO_DETAILS else given.details
    if there.details not in {NO_DETAILS, details}:
        return PersonFault.EXISTS
    there = _without_own(there, given.consent.channel, today) if given.child_until and not there.child_until else there
    known = _agreed(replace(there, details=details, child_until=given.child_until), given.consent, today)
    return _agreed_too(known, given.more, today)


def delivered(person: Person | None, given: Delivery, today: date) -> Changed:
    """An order that goes there. Told again with a later day, it is known for longer; never for less."""
    there = person or Person(UNNAMED, given.choice, Month.of(today), whose=given.whose)
    if given.consent.by is GivenBy.PARENT or given.keep_until < today:  # who orders for a child gives their own consent
        return PersonFault.UNFIT
    if fault := details_fault(there, given.details, today):
        return fault
    known = there.details != NO_DETAILS
    details = there.details if given.details == NO_DETAILS else given.details
    if known and (there.details != details or there.whose is not given.whose):
        return PersonFault.EXISTS
    until = given.keep_until if there.keep_until is None else max(there.keep_until, given.keep_until)
    whose = there.whose if known else given.whose
    going = _agreed(replace(there, details=details, whose=whose, keep_until=until), given.consent, today)
    return _agreed_too(going, given.more, today)


def consented(person: Person | None, consent: Consent, today: date) -> Changed:
    """To more purposes, to a new text, or, at 14, to what a parent had agreed to."""
    if person is None:
        return PersonFault.UNKNOWN
    if person.child_until is None or consent.by is GivenBy.PARENT:
        if consent.by is GivenBy.PARENT and (person.child_until is None or person.asked_again(today)):
            return PersonFault.UNFIT
        return _agreed(person, consent, today, whole=False)
    if not person.asked_again(today):
        return PersonFault.NO_PARENT
    return _agreed(replace(person, child_until=None), consent, today, whole=False)


# ---- a person's rights ----


def rectified(person: Person | None, changes: Mapping[Field, str | None], today: date) -> Changed:
    """With these texts instead; None takes one away. Raises UnfitDetailError. An open request for it is answered."""
    if person is None:
        return PersonFault.UNKNOWN
    details = person.details.changed(changes)
    if fault := details_fault(person, details, today):
        return fault
    changed = person if details == person.details else _active(replace(person, details=details), today)
    return _ended(changed, Right.RECTIFY, today)


def withdrawn(person: Person | None, purposes: Iterable[Purpose], channel: Channel, today: date) -> Changed:
    """What stands of the consent to these ends; all else stays. An open request for it is answered."""
    if person is None:
        return PersonFault.UNKNOWN
    standing = person.standing
    ends = tuple(
        ConsentEnd(purpose, today, channel)
        for purpose in sorted(frozenset(purposes), key=lambda purpose: purpose.value)
        if purpose in standing
    )
    changed = _active(_with_history(person, ends), today) if ends else person
    return _ended(changed, Right.WITHDRAW, today)


def received(person: Person | None, right: Right, day: date, today: date) -> Changed:
    """They asked for it on that day. While that is open, asked again is the same request."""
    if person is None:
        return PersonFault.UNKNOWN
    if not today - MOST_LATE <= day <= today:
        return PersonFault.UNFIT
    of_it = [request for request in person.requests if request.right is right]
    if any(request.open or request.received == day for request in of_it):
        return person
    return _with_request(person, RightRequest(right, day))


def refused(person: Person | None, right: Right, refusal: Refusal, today: date) -> Changed:
    """The open request is refused; without one, it came and was refused today. What it is about is kept for 30 days."""
    if person is None:
        return PersonFault.UNKNOWN
    if any(request.right is right and request.open for request in person.requests):
        return _ended(person, right, today, refusal)
    same = (each for each in person.requests if (each.right, each.refusal) == (right, refusal))
    if any(each.ended is not None and each.ended >= today for each in same):
        return person
    return _with_request(person, RightRequest(right, today, today, refusal))


def answered(person: Person | None, right: Right, today: date) -> Changed:
    """The open request for it, if there is one, was granted."""
    return PersonFault.UNKNOWN if person is None else _ended(person, right, today)


# ---- how it is done ----


def _agreed(person: Person, consent: Consent, today: date, *, whole: bool = True) -> Changed:
    """With a consent to purposes that this choice serves; `whole`: to the one that it is for among them."""
    serves = SERVES[kind_of(person.choice)]
    if not consent.purposes <= frozenset(serves):
        return PersonFault.NOT_FOR_PURPOSE
    if whole and serves[0] not in consent.purposes:
        return PersonFault.NO_CONSENT
    return _active(_agreeing(person, consent), today)


def _agreed_too(person: Changed, more: tuple[Consent, ...], today: date) -> Changed:
    """All of it or nothing."""
    for consent in more:
        if isinstance(person, PersonFault):
            return person
        person = consented(person, consent, today)
    return person


def _agreeing(person: Person, consent: Consent) -> Person:
    """The same person if this very text stands for all of these purposes already, agreed to by the same."""
    standing = person.standing
    texts = _texts_standing(person)
    for purpose in consent.purposes:
        newest = standing.get(purpose)
        if newest is None or newest.by is not consent.by or (purpose, consent.text_version, consent.by) not in texts:
            return _with_history(person, (consent,))
    return person


def _texts_standing(person: Person) -> set[tuple[Purpose, str, GivenBy]]:
    """Every text, not the newest alone: a till has one for its sales and one for who enrols, told in turn."""
    found: set[tuple[Purpose, str, GivenBy]] = set()
    for entry in person.history:
        if isinstance(entry, Consent):
            found |= {(purpose, entry.text_version, entry.by) for purpose in entry.purposes}
        else:
            found = {each for each in found if each[0] is not entry.purpose}
    return found


def _without_own(person: Person, channel: Channel, today: date) -> Person:
    """Of a child, as a parent says now: what they agreed to alone ends, and does not come back when they are 14."""
    own = (purpose for purpose, consent in person.standing.items() if consent.by is GivenBy.SELF)
    return _with_history(person, tuple(ConsentEnd(purpose, today, channel) for purpose in own))


def _active(person: Person, day: date) -> Person:
    """Never earlier again: a clock that is put right takes nobody's time away."""
    return replace(person, active=max(person.active, Month.of(day)))


def _with_history(person: Person, entries: tuple[Consent | ConsentEnd, ...]) -> Person:
    changed = replace(person, history=(*person.history, *entries))
    while len(changed.history) > MAX_HISTORY:
        changed = _without_oldest(changed)
    return changed


def _without_oldest(person: Person) -> Person:
    """Of the entries without which the same consents stand."""
    shorter = (
        replace(person, history=person.history[:place] + person.history[place + 1 :])
        for place in range(len(person.history))
    )
    return next(each for each in shorter if each.standing == person.standing)


def _with_request(person: Person, request: RightRequest) -> Person:
    requests = [*person.requests, request]
    if len(requests) > MAX_REQUESTS:  # one of each right is open at most: there are others
        requests.remove(next(each for each in requests if not each.open))
    return replace(person, requests=tuple(requests))


def _ended(person: Person, right: Right, today: date, refusal: Refusal | None = None) -> Person:
    def ended(request: RightRequest) -> RightRequest:
        theirs = request.right is right and request.open
        return replace(request, ended=max(today, request.received), refusal=refusal) if theirs else request

    return replace(person, requests=tuple(map(ended, person.requests)))
