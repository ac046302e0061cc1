"""What lies in the boxes: it comes back as it was, its length says nothing, and nothing else is taken for it."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.identity import ChoiceKind, Chouchous, HomeDelivery
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.person import Month
from pos_bridge.domain.points import PointsRule
from pos_bridge.identity.person_record import RECORD_SIZES, decode_person
from pos_bridge.identity.proof import PROOF_SIZES, Proof, decode_proof, encode_proof
from pos_bridge.identity.record import (
    HELD_SIZE,
    LINK_SIZE,
    Held,
    Link,
    decode_held,
    decode_link,
    encode_held,
    encode_link,
    person_of_link,
)
from tests.identity.makers import as_member, consent, consents, ends, members, months, orders, to_home

pairs = st.tuples(members | orders, consents)
RULE = PointsRule("2026-11", 1, 100)
LONGEST = (HomeDelivery("W" * 64), consent(version="v" * 32))
NAME = bytes(range(32))


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


def test_a_link_comes_back():
    link = Link(ChoiceKind.HOME_DELIVERY, LegKey.fresh(), NAME)
    raw = encode_link(link)
    assert len(raw) == LINK_SIZE
    assert decode_link(raw) == link
    assert person_of_link(raw) == NAME


@given(st.lists(consents | ends, min_size=1, max_size=20), months)
def test_a_proof_comes_back_without_its_hours(history, end):
    raw = encode_proof(Proof(tuple(history), end))
    assert len(raw) in PROOF_SIZES
    found = decode_proof(raw)
    assert found.end == end
    assert [getattr(event, "hour", 0) for event in found.history] == [0] * len(history)
    assert [event.day for event in found.history] == [event.day for event in history]
    assert encode_proof(found) == raw


@given(
    st.sampled_from((HELD_SIZE, *RECORD_SIZES, *PROOF_SIZES, LINK_SIZE, 0, 1, 40)).flatmap(
        lambda n: st.binary(min_size=n, max_size=n)
    )
)
def test_anything_else_is_a_value_error(raw):
    for decode in (decode_held, lambda raw: decode_person(raw, NAME), decode_proof, decode_link):
        with suppress(ValueError):
            decode(bytearray(raw))


@given(st.integers(0, HELD_SIZE - 1), st.integers(1, 255))
def test_a_changed_byte_is_read_as_another_value_or_refused(at, change):
    raw = encode_held(Held(LegKey.fresh(), (as_member(), to_home()), RULE))
    before = decode_held(raw)
    raw[at] ^= change
    with suppress(ValueError):
        assert decode_held(raw) != before


@pytest.mark.parametrize("value", [Proof((consent(),), Month(2026, 11)), consent(), as_member()[0], to_home()[0]])
def test_no_repr_holds_data(value):
    told = repr(value)
    assert "6277009218344" not in told
    assert "2026" not in told
    assert "GRISE" not in told
