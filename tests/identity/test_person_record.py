"""A person's record: it comes back as it was, and all that may be said fits in it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.details import MAX_LENGTH, Details, Field
from pos_bridge.domain.identity import Channel, Chouchous, Consent, GivenBy, HomeDelivery, Purpose
from pos_bridge.domain.person import Month, Person, Refusal, Right, RightRequest, Whose
from pos_bridge.domain.person_change import MAX_HISTORY, MAX_REQUESTS
from pos_bridge.identity.person_record import (
    RECORD_SIZES,
    bounded,
    decode_person,
    encode_person,
)
from tests.identity.makers import consent, consents, days, ends, given_details, members, months, orders

NAME = bytes(range(32))
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=MAX_LENGTH)
filled = st.dictionaries(st.sampled_from(Field), texts).map(
    lambda given: Details(tuple(sorted(given.items(), key=lambda each: each[0].value)))
)
requests = st.builds(RightRequest, st.sampled_from(Right), days) | st.builds(
    RightRequest, st.sampled_from(Right), days, days, st.none() | st.sampled_from(Refusal)
)
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
        (request,) * MAX_REQUESTS,
    )
    found = decode_person(encode_person(whole), NAME)
    assert found == replace(whole, history=(LONGEST,) * MAX_HISTORY)


def test_more_than_there_is_room_for_is_a_value_error():
    with pytest.raises(ValueError, match="more than a box"):
        encode_person(replace(MEMBER, details=Details(((Field.STREET, "x" * 9000),))))
    waiting = (RightRequest(Right.ACCESS, date(2026, 11, 23)),) * (MAX_REQUESTS + 1)
    with pytest.raises(ValueError, match="more requests"):
        encode_person(replace(MEMBER, requests=waiting))


def test_ten_consents_or_a_name_and_an_address_have_one_length():
    many = replace(MEMBER, choice=HomeDelivery("W" * 64), history=(LONGEST,) * 10)
    known = replace(MEMBER, details=given_details())
    assert {len(encode_person(person)) for person in (MEMBER, many, known)} == {RECORD_SIZES[0]}


# ---- a long history ----


@given(st.lists(st.integers(0, 30), min_size=100, max_size=140), st.data())
def test_a_history_too_long_is_shorter_and_says_the_same(picks, data):
    events = data.draw(st.lists(consents | ends, min_size=31, max_size=31))
    history = tuple(events[pick] for pick in picks)
    kept = bounded(history)
    assert len(kept) == MAX_HISTORY
    before, after = (replace(MEMBER, history=each).standing for each in (history, kept))
    assert after == before
    assert bounded(kept) == kept
    remaining = iter(history)
    assert all(event in remaining for event in kept), "in their order"
    assert set(map(id, history[-(MAX_HISTORY - 18) :])) <= set(map(id, kept)), "the newest, but for 18 that decide"
