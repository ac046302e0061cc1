"""Persons, and all that can happen to one, drawn by hypothesis."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from pos_bridge.domain.details import NO_DETAILS, Details, Field, details
from pos_bridge.domain.identity import Channel, Choice, Chouchous, Consent, GivenBy, HomeDelivery, Purpose
from pos_bridge.domain.person import Month, Person, PersonFault, Refusal, Right, Whose
from pos_bridge.domain.person_change import (
    Change,
    Delivery,
    Enrolment,
    answered,
    chosen,
    consented,
    delivered,
    enrolled,
    received,
    rectified,
    refused,
    withdrawn,
)

TODAY = date(2026, 11, 23)
MEMBER, ORDER = Chouchous("CH-1001"), HomeDelivery("WEB-77")
PROGRAMME, OFFERS, CONTACT, DELIVERY = Purpose.PROGRAMME, Purpose.OFFERS, Purpose.CONTACT, Purpose.DELIVERY
PARENT = GivenBy.PARENT
NEXT_YEAR = Month(2027, 11)

ZOE = details(
    {
        Field.LAST_NAME: "Roy-Tremblay",
        Field.FIRST_NAME: "Zoë",
        Field.STREET: "12, rue de l'Église",
        Field.CITY: "Montréal",
        Field.PROVINCE: "QC",
        Field.POSTAL_CODE: "H2X 1Y4",
        Field.EMAIL: "zoe@example.com",
        Field.PHONE: "+15145550123",
        Field.CHILD_SIZE: "4A",
        Field.CHILD_MONTH: "2022-05",
    }
)
DOOR = ZOE.only({Field.LAST_NAME, Field.FIRST_NAME, Field.STREET, Field.CITY, Field.POSTAL_CODE, Field.PHONE})


def agreed(
    *purposes: Purpose, day: date = TODAY, text: str = "members-3", by: GivenBy = GivenBy.SELF, hour: int = 14
) -> Consent:
    return Consent(text, "fr", day, hour, Channel.TILL, frozenset(purposes or {Purpose.PROGRAMME}), by)


def enrolment(
    *purposes: Purpose,
    given: Details = ZOE,
    by: GivenBy = GivenBy.SELF,
    until: Month | None = None,
    text: str = "members-3",
    day: date = TODAY,
) -> Enrolment:
    return Enrolment(MEMBER, given, agreed(*purposes, by=by, text=text, day=day), until)


def delivery(
    *purposes: Purpose, given: Details = DOOR, whose: Whose = Whose.OWN, until: date = TODAY + timedelta(days=30)
) -> Delivery:
    return Delivery(ORDER, given, agreed(*(purposes or (Purpose.DELIVERY,)), text="delivery-1"), until, whose)


def there(changed: Person | PersonFault) -> Person:
    assert isinstance(changed, Person)
    return changed


def zoe(*purposes: Purpose, **given: Any) -> Person:
    return there(enrolled(None, enrolment(*purposes, **given), TODAY))


# ---- drawn ----

days = st.dates(date(2024, 1, 1), date(2032, 12, 31))
purposes = st.sampled_from(Purpose)
consents = st.builds(
    Consent,
    st.sampled_from(["members-3", "members-4", "offers-1"]),
    st.sampled_from(["fr", "en"]),
    days,
    st.integers(0, 23),
    st.sampled_from(Channel),
    st.frozensets(purposes, min_size=1),
    st.sampled_from(GivenBy),
)
more = st.lists(consents, max_size=2).map(tuple)
months = st.none() | st.builds(Month, st.integers(2020, 2045), st.integers(1, 12))
some_details = st.sampled_from(
    [NO_DETAILS, ZOE, DOOR, ZOE.changed({Field.CITY: "Laval"}), ZOE.changed({Field.CHILD_MONTH: "2030-01"})]
)
changes = st.dictionaries(
    st.sampled_from([Field.CITY, Field.FIRST_NAME, Field.LAST_NAME]), st.none() | st.sampled_from(["Laval", "Léa"])
)
rights = st.sampled_from(Right)


def happenings(choice: Choice) -> st.SearchStrategy[tuple[str, Change]]:
    """A name and a change: anything that can be asked about who chose this."""
    becoming: st.SearchStrategy[tuple[str, Change]]
    match choice:
        case Chouchous():
            enrolments = st.builds(Enrolment, st.just(choice), some_details, consents, months, more)
            becoming = st.tuples(st.just("enrolled"), st.builds(_enrolled, enrolments, days))
        case HomeDelivery():
            deliveries = st.builds(
                Delivery, st.just(choice), some_details, consents, days, st.sampled_from(Whose), more
            )
            becoming = st.tuples(st.just("delivered"), st.builds(_delivered, deliveries, days))
    return st.one_of(
        becoming,
        st.tuples(st.just("chosen"), st.builds(_chosen, st.just(choice), consents)),
        st.tuples(st.just("consented"), st.builds(_consented, consents, days)),
        st.tuples(st.just("rectified"), st.builds(_rectified, changes, days)),
        st.tuples(st.just("withdrawn"), st.builds(_withdrawn, st.frozensets(purposes), days)),
        st.tuples(st.just("received"), st.builds(_received, rights, days, days)),
        st.tuples(st.just("refused"), st.builds(_refused, rights, st.sampled_from(Refusal), days)),
        st.tuples(st.just("answered"), st.builds(_answered, rights, days)),
    )


def _enrolled(given: Enrolment, today: date) -> Change:
    return lambda person: enrolled(person, given, today)


def _delivered(given: Delivery, today: date) -> Change:
    return lambda person: delivered(person, given, today)


def _chosen(choice: Choice, consent: Consent) -> Change:
    return lambda person: chosen(person, choice, consent)


def _consented(consent: Consent, today: date) -> Change:
    return lambda person: consented(person, consent, today)


def _rectified(texts: dict[Field, str | None], today: date) -> Change:
    return lambda person: rectified(person, texts, today)


def _withdrawn(ends: frozenset[Purpose], today: date) -> Change:
    return lambda person: withdrawn(person, ends, Channel.WEB, today)


def _received(right: Right, day: date, today: date) -> Change:
    return lambda person: received(person, right, day, today)


def _refused(right: Right, refusal: Refusal, today: date) -> Change:
    return lambda person: refused(person, right, refusal, today)


def _answered(right: Right, today: date) -> Change:
    return lambda person: answered(person, right, today)
