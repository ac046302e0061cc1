"""Points in their box: they come back as they were, the length says nothing, and nothing else is taken for them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.points import MAX_WITHDRAWALS, Earned, PointsRule, Withdrawal
from pos_bridge.identity.earned import POINTS_SIZES, decode_earned, encode_earned

marks = st.binary(min_size=16, max_size=16).filter(any)
LONGEST = Earned(
    "r" * 32, 99_999_999, 99_999_999, 99_999_999_000, 99_999_999, b"m" * 16,
    tuple(Withdrawal(number.to_bytes(16, "big"), 6_000_000, 6_000_000_000) for number in range(MAX_WITHDRAWALS)),
)  # fmt: skip


@st.composite
def entries(draw: st.DrawFn) -> Earned:
    rule = PointsRule(draw(st.from_regex(r"[A-Za-z0-9._-]{1,32}", fullmatch=True)), draw(st.integers(1, 1000)), 100)
    paid = draw(st.integers(1, 99_999_999))
    earned = Earned.of(rule, paid, draw(st.integers(1, paid)), draw(st.none() | marks))
    earned = earned.after_returns(draw(st.integers(0, paid)))
    for mark in draw(st.lists(marks, max_size=4, unique=True)):
        after = earned.after_withdrawal(mark, draw(st.integers(1, paid)))
        earned = after if isinstance(after, Earned) else earned
    return earned


@given(entries())
def test_they_come_back(earned):
    raw = encode_earned(earned)
    assert len(raw) in POINTS_SIZES
    assert decode_earned(raw) == earned


@pytest.mark.parametrize("count", [0, 3])
def test_three_withdrawals_have_the_length_of_none(count):
    earned: object = Earned("r" * 32, 1000, 1000, 10)
    for number in range(count):
        assert isinstance(earned, Earned)
        earned = earned.after_withdrawal(number.to_bytes(16, "big"), 1)
    assert isinstance(earned, Earned)
    assert len(encode_earned(earned)) == POINTS_SIZES[0]


def test_the_longest_has_room():
    assert decode_earned(encode_earned(LONGEST)) == LONGEST


@given(st.sampled_from((*POINTS_SIZES, 0, 1)).flatmap(lambda n: st.binary(min_size=n, max_size=n)))
def test_anything_else_is_a_value_error(raw):
    with suppress(ValueError):
        decode_earned(bytearray(raw))


@given(entries(), st.data())
def test_a_changed_byte_is_read_as_another_value_or_refused(earned, data):
    raw = encode_earned(earned)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(ValueError):
        assert decode_earned(raw) != earned


@pytest.mark.parametrize("value", [LONGEST, LONGEST.withdrawals[0]])
def test_no_repr_holds_data(value):
    assert "99999999" not in repr(value)
    assert "6000000" not in repr(value)
