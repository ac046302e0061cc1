"""What may be read for which purpose, and when nothing needs it any more."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.details import Details, Field
from pos_bridge.domain.identity import Channel, ChoiceKind, Purpose, kind_of
from pos_bridge.domain.person import Month, Person, PersonFault, Right, RightRequest, Whose
from pos_bridge.domain.person_change import delivered, enrolled, withdrawn
from pos_bridge.domain.purposes import READS, SERVES, TAKES, Retention, shown
from tests.domain.people import TODAY, ZOE, delivery, enrolment

EVERY = SERVES[ChoiceKind.CHOUCHOUS]
NAMES = {Field.LAST_NAME, Field.FIRST_NAME}


def member(*purposes: Purpose) -> Person:
    there = enrolled(None, enrolment(*purposes), TODAY)
    assert isinstance(there, Person)
    return there


def order(whose: Whose = Whose.OWN) -> Person:
    there = delivered(None, delivery(*SERVES[ChoiceKind.HOME_DELIVERY], whose=whose), TODAY)
    assert isinstance(there, Person)
    return there


def test_each_purpose_and_choice_has_its_rule():
    assert set(READS) == set(Purpose)
    assert set(TAKES) == set(SERVES) == set(ChoiceKind)
    for kind, purposes in SERVES.items():
        readable = {field for purpose in purposes for field in READS[purpose]}
        assert TAKES[kind] <= readable, "nothing is taken that nothing may read"


def test_offers_see_no_address_and_deliveries_no_child():
    assert shown(member(*EVERY), Purpose.OFFERS, TODAY) == ZOE.only(
        {Field.FIRST_NAME, Field.EMAIL, Field.CHILD_SIZE, Field.CHILD_MONTH}
    )
    assert READS[Purpose.PROGRAMME] == NAMES
    assert Field.CHILD_SIZE not in READS[Purpose.DELIVERY]
    asked = shown(member(*EVERY), Purpose.OFFERS, TODAY, {Field.EMAIL, Field.STREET})
    assert asked is PersonFault.NOT_FOR_PURPOSE
    assert shown(order(), Purpose.OFFERS, TODAY) is PersonFault.NOT_FOR_PURPOSE


@given(
    st.sampled_from([member(*EVERY), member(Purpose.PROGRAMME), order(), order(Whose.RECIPIENT)]),
    st.sampled_from(Purpose),
)
def test_a_purpose_reads_what_it_needs_with_consent(person, purpose):
    found = shown(person, purpose, TODAY)
    if isinstance(found, Details):
        assert found.fields <= READS[purpose]
        assert purpose in person.in_force(TODAY)
    served = purpose in SERVES[kind_of(person.choice)]
    agreed = purpose in person.in_force(TODAY)
    hidden = person.whose is Whose.RECIPIENT and purpose is not Purpose.DELIVERY
    if served and not hidden:
        assert isinstance(found, Details) if agreed else found is PersonFault.NO_CONSENT
    else:
        assert found is PersonFault.NOT_FOR_PURPOSE


def test_what_was_withdrawn_is_not_read():
    there = member(Purpose.PROGRAMME, Purpose.OFFERS)
    less = withdrawn(there, [Purpose.OFFERS], Channel.TILL, TODAY)
    assert isinstance(less, Person)
    assert shown(less, Purpose.OFFERS, TODAY) is PersonFault.NO_CONSENT
    assert shown(less, Purpose.PROGRAMME, TODAY) == ZOE.only(NAMES)


# ---- when it is over ----

RULE = Retention(inactive_months=36, delivery_days=30)


def test_members_are_kept_for_their_months():
    there = replace(member(), active=Month(2023, 11))
    assert not RULE.over(there, date(2026, 11, 30))
    assert RULE.over(there, date(2026, 12, 1))
    assert not RULE.over(there, date(1970, 1, 1)), "a clock that fell back"


def test_who_withdrew_everything_is_kept_30_days():
    gone = withdrawn(member(), [Purpose.PROGRAMME], Channel.WEB, TODAY)
    assert isinstance(gone, Person)
    assert not RULE.over(gone, TODAY + timedelta(days=30))
    assert RULE.over(gone, TODAY + timedelta(days=31))
    some = withdrawn(member(*EVERY), [Purpose.OFFERS], Channel.WEB, TODAY)
    assert isinstance(some, Person)
    assert not RULE.over(some, TODAY + timedelta(days=31))


def test_deliveries_are_kept_to_their_day():
    assert RULE.keep_until(date(2026, 11, 23)) == date(2026, 12, 23)
    there = order()
    assert not RULE.over(there, date(2026, 12, 23))
    assert RULE.over(there, date(2026, 12, 24))
    undated = replace(there, keep_until=None)  # an order that was paid, and never registered
    assert not RULE.over(undated, date(2026, 12, 30))
    assert RULE.over(undated, date(2026, 12, 31))


@pytest.mark.parametrize(
    "person", [replace(member(), active=Month(2000, 1)), replace(order(), keep_until=date(2000, 1, 1))]
)
def test_a_request_keeps_the_data(person):
    assert RULE.over(person, TODAY)
    asked = replace(person, requests=(RightRequest(Right.ACCESS, date(2000, 1, 1)),))
    assert not RULE.over(asked, TODAY)


@pytest.mark.parametrize("wrong", [(0, 30), (121, 30), (36, -1), (36, 366)])
def test_how_long_has_bounds(wrong):
    with pytest.raises(ValueError, match="kept"):
        Retention(*wrong)


def test_a_delivery_is_shown_until_its_last_day():
    """Retention may come later: it waits for a clock that the processor agrees with."""
    last = replace(order(), keep_until=TODAY)
    assert shown(last, Purpose.DELIVERY, TODAY) == order().details
    assert shown(last, Purpose.DELIVERY, TODAY + timedelta(days=1)) is PersonFault.NO_CONSENT
