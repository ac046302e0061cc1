"""A person's record: it comes back as it was, all that may be said fits in it, and a purchase changes what it must."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.details import MAX_LENGTH, Details, Field
from pos_bridge.domain.identity import Channel, Chouchous, Consent, ConsentEnd, GivenBy, HomeDelivery, Purpose
from pos_bridge.domain.person import Month, Person, Refusal, Right, RightRequest, Whose
from pos_bridge.identity.person_record import (
    MAX_HISTORY,
    MAX_REQUESTS,
    RECORD_SIZES,
    after_purchase,
    bounded,
    decode_person,
    encode_person,
    new_person,
)
from tests.identity.makers import consent, consents, days, ends, given_details, members, months, orders

NAME = bytes(range(32))
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=MAX_LENGTH)
filled = st.dictionaries(st.sampled_from(Field), texts).map(
    lambda given: Details(tuple(sorted(given.items(), key=lambda each: each[0].value)))
)
requests = st.builds(RightRequest, st.sampled_from(Right), days, st.none() | days, st.none() | st.sampled_from(Refusal))
persons = st.builds(
    Person,
    st.just(NAME),
    members | orders,
    months,
    st.lists(consents | ends, max_size=12).map(tuple),
    filled,
    st.sampled_from(Whose),
    st.none() | months,
    st.none() | days,
    st.lists(requests, max_size=5).map(tuple),
)
MEMBER = Person(NAME, Chouchous("1"), Month(2026, 11), (consent(),))
ORDER = Person(NAME, HomeDelivery("1"), Month(2026, 11), (consent(Purpose.DELIVERY),), keep_until=date(2026, 12, 23))
LONGEST = Consent("v" * 32, "en", date(2149, 1, 1), 23, Channel.TELEPHONE, frozenset(Purpose), GivenBy.PARENT)


@given(persons)
def test_a_record_comes_back(person):
    raw = encode_person(person)
    assert len(raw) in RECORD_SIZES
    assert decode_person(raw, NAME) == person


def test_all_that_may_be_said_has_room():
    """Every field filled with the longest letters there are, a long e-mail address, more events than stay."""
    letters = dict.fromkeys(Field, "\U0001d54f" * MAX_LENGTH) | {Field.EMAIL: "é" * 254}
    request = RightRequest(Right.ERASE, date(2149, 1, 1), date(2149, 1, 1), Refusal.LAW)
    whole = Person(
        NAME,
        HomeDelivery("W" * 64),
        Month(2149, 12),
        (LONGEST,) * 300,
        Details(tuple(letters.items())),
        Whose.RECIPIENT,
        Month(2149, 12),
        date(2149, 1, 1),
        (request,) * 300,
    )
    found = decode_person(encode_person(whole), NAME)
    assert found == replace(whole, history=(LONGEST,) * MAX_HISTORY, requests=(request,) * MAX_REQUESTS)


def test_more_than_there_is_room_for_is_a_value_error():
    with pytest.raises(ValueError, match="more than a box"):
        encode_person(replace(MEMBER, details=Details(((Field.STREET, "x" * 9000),))))
    waiting = (RightRequest(Right.ACCESS, date(2026, 11, 23)),) * (MAX_REQUESTS + 1)
    with pytest.raises(ValueError, match="more requests"):
        encode_person(replace(MEMBER, requests=waiting))


def test_ten_consents_or_a_name_and_an_address_have_one_length():
    many = replace(MEMBER, choice=HomeDelivery("W" * 64), history=(LONGEST,) * 10)
    known = replace(MEMBER, details=given_details())
    assert {len(encode_person(person)) for person in (MEMBER, ORDER, many, known)} == {RECORD_SIZES[0]}


def test_a_clock_that_is_wrong_stops_no_sale():
    for day in (date.min, date.max):
        person = new_person(NAME, HomeDelivery("1"), replace(consent(Purpose.DELIVERY), day=day), 30)
        found = decode_person(encode_person(person), NAME)
        assert found.keep_until == person.keep_until
        assert after_purchase(found, consent(Purpose.DELIVERY), 30) is not None


def test_requests_that_wait_are_never_left_out():
    done = RightRequest(Right.ACCESS, date(2026, 1, 1), date(2026, 1, 2))
    refused = replace(done, refusal=Refusal.LAW)
    waiting = replace(done, ended=None)
    person = replace(MEMBER, requests=(waiting, refused, *(done,) * MAX_REQUESTS))
    assert decode_person(encode_person(person), NAME).requests == (waiting, refused, *(done,) * (MAX_REQUESTS - 2))


# ---- a long history ----


def in_force(history: tuple[Consent | ConsentEnd, ...]) -> dict[Purpose, GivenBy]:
    """Of each purpose what was said last, by whom."""
    said: dict[Purpose, GivenBy | None] = {}
    for event in history:
        if isinstance(event, ConsentEnd):
            said[event.purpose] = None
        else:
            said.update(dict.fromkeys(event.purposes, event.by))
    return {purpose: by for purpose, by in said.items() if by is not None}


@given(st.lists(st.integers(0, 30), min_size=100, max_size=140), st.data())
def test_a_history_too_long_is_shorter_and_says_the_same(picks, data):
    events = data.draw(st.lists(consents | ends, min_size=31, max_size=31))
    history = tuple(events[pick] for pick in picks)
    kept = bounded(history)
    assert len(kept) == MAX_HISTORY
    assert in_force(kept) == in_force(history)
    assert bounded(kept) == kept
    remaining = iter(history)
    assert all(event in remaining for event in kept), "in their order"
    assert set(map(id, history[-(MAX_HISTORY - 18) :])) <= set(map(id, kept)), "the newest, but for 18 that decide"


# ---- a purchase ----


def later(days: int, given: Consent | None = None) -> Consent:
    given = given or consent()
    return replace(given, day=given.day + timedelta(days=days))


def test_a_purchase_in_the_same_month_changes_nothing():
    assert after_purchase(MEMBER, later(5), 30) is MEMBER
    assert after_purchase(MEMBER, later(-60), 30) is MEMBER, "nor does a clock that went back"


def test_a_purchase_in_another_month_is_noted_to_the_month():
    assert after_purchase(MEMBER, later(30), 30) == replace(MEMBER, active=Month(2026, 12))


def test_another_text_or_another_purpose_is_another_consent():
    for other in (consent(version="2027-01"), consent(Purpose.OFFERS), replace(consent(), by=GivenBy.PARENT)):
        after = after_purchase(MEMBER, other, 30)
        assert after is not None
        assert after.history == (consent(), other)


def test_what_was_withdrawn_is_a_new_consent_when_it_is_chosen_again():
    end = ConsentEnd(Purpose.PROGRAMME, date(2026, 11, 24), Channel.WEB)
    withdrawn = replace(MEMBER, history=(consent(), end))
    again = after_purchase(withdrawn, later(2), 30)
    assert again is not None
    assert again.history == (consent(), end, later(2))
    assert after_purchase(again, later(3), 30) is again
    other = replace(MEMBER, history=(consent(), replace(end, purpose=Purpose.OFFERS)))
    assert after_purchase(other, later(3), 30) is other, "another purpose was"


def test_an_orders_data_stays_for_the_return_window_from_its_first_payment():
    agreed = consent(Purpose.DELIVERY)
    assert new_person(NAME, HomeDelivery("1"), agreed, 30) == ORDER
    assert after_purchase(ORDER, later(3, agreed), 30) is ORDER
    over = after_purchase(ORDER, later(31, agreed), 14)
    assert over is not None
    assert over.keep_until == date(2027, 1, 7), "bought again once it was over"
    told = replace(ORDER, keep_until=None)
    assert after_purchase(told, agreed, 45) == replace(ORDER, keep_until=date(2027, 1, 7))
    assert new_person(NAME, Chouchous("1"), consent(), 30).keep_until is None


def test_a_child_buys_under_what_a_parent_agreed_to():
    parents = replace(consent(), by=GivenBy.PARENT)
    child = replace(MEMBER, history=(parents,), child_until=Month(2027, 6))
    assert after_purchase(child, consent(), 30) is child
    assert after_purchase(child, later(30), 30) == replace(child, active=Month(2026, 12))
    assert after_purchase(child, consent(Purpose.OFFERS), 30) is None
    end = ConsentEnd(Purpose.PROGRAMME, date(2026, 11, 24), Channel.WEB)
    assert after_purchase(replace(child, history=(parents, end)), later(2), 30) is None
    grown = after_purchase(child, later(220), 30)
    assert grown is not None
    assert grown.history == (parents, later(220)), "at 14 it is their own choice"
