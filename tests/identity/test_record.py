"""What lies in the boxes: it comes back as it was, its length says nothing, and nothing else is taken for it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.identity import ChoiceKind, Chouchous, HomeDelivery
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import PointsRule
from pos_bridge.identity.record import (
    HELD_SIZE,
    LINK_SIZE,
    MAX_CONSENTS,
    RECORD_SIZES,
    Held,
    Link,
    Record,
    decode_held,
    decode_link,
    decode_record,
    encode_held,
    encode_link,
    encode_record,
)
from tests.identity.makers import as_member, consent, consents, members, orders, to_home

pairs = st.tuples(members | orders, consents)
RULE = PointsRule("2026-11", 1, 100)
LONGEST = (HomeDelivery("W" * 64), consent(version="v" * 32))


@given(st.lists(pairs, min_size=1, max_size=2))
def test_what_is_held_comes_back(choices):
    for rule in (None, RULE):
        held = Held(LegKey.fresh(), tuple(choices), rule)
        raw = encode_held(held)
        assert len(raw) == HELD_SIZE
        assert decode_held(raw) == held


def test_the_longest_of_each_kind_has_room():
    both = (LONGEST, (Chouchous("M" * 32), consent(version="v" * 32)))
    held = Held(LegKey.fresh(), both, PointsRule("r" * 32, 1000, 100_000))
    assert decode_held(encode_held(held)) == held


@given(members | orders, st.lists(consents, max_size=20))
def test_a_record_comes_back(choice, given_consents):
    record = Record(choice, tuple(given_consents))
    raw = encode_record(record)
    assert len(raw) in RECORD_SIZES
    assert decode_record(raw) == record


def test_a_link_comes_back():
    link = Link(ChoiceKind.HOME_DELIVERY, LegKey.fresh(), bytes(range(32)))
    assert len(encode_link(link)) == LINK_SIZE
    assert decode_link(encode_link(link)) == link


def test_ten_consents_and_more_have_one_length():
    record = Record(Chouchous("1"), ())
    lengths = set()
    for number in range(30):
        record = record.with_consent(consent(version=f"2026-{number}"))
        lengths.add(len(encode_record(record)))
    longest = Record(LONGEST[0], (LONGEST[1],) * 10)
    assert lengths == {len(encode_record(longest))} == {RECORD_SIZES[0]}


def test_a_consent_to_the_same_text_and_purposes_is_one():
    record = Record(Chouchous("1"), (consent(),))
    assert record.with_consent(consent(language="en")) is record
    assert len(record.with_consent(consent(version="2027-01")).consents) == 2


def test_the_newest_consents_are_kept_and_have_room():
    record = Record(LONGEST[0], ())
    for number in range(MAX_CONSENTS + 5):
        record = record.with_consent(consent(version=f"{number:032}"))
    assert [each.text_version for each in record.consents] == [f"{n:032}" for n in range(5, MAX_CONSENTS + 5)]
    assert decode_record(encode_record(record)) == record


@given(
    st.sampled_from((HELD_SIZE, *RECORD_SIZES, LINK_SIZE, 0, 1, 40)).flatmap(
        lambda n: st.binary(min_size=n, max_size=n)
    )
)
def test_anything_else_is_a_value_error(raw):
    for decode in (decode_held, decode_record, decode_link):
        with suppress(ValueError):
            decode(bytearray(raw))


@given(st.integers(0, HELD_SIZE - 1), st.integers(1, 255))
def test_a_changed_byte_is_read_as_another_value_or_refused(at, change):
    raw = encode_held(Held(LegKey.fresh(), (as_member(), to_home()), RULE))
    before = decode_held(raw)
    raw[at] ^= change
    with suppress(ValueError):
        assert decode_held(raw) != before


@pytest.mark.parametrize("value", [Record(*as_member()[:1], (consent(),)), consent(), as_member()[0], to_home()[0]])
def test_no_repr_holds_data(value):
    told = repr(value)
    assert "6277009218344" not in told
    assert "2026" not in told
    assert "GRISE" not in told
