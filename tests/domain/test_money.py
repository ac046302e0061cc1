"""Money: bounds, and the rounding rule of Canadian cash, cent by cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.money import MAX_CENTS, Amount, cash_due


@pytest.mark.parametrize(
    ("exact", "due"),
    [
        (1, 0),
        (2, 0),
        (3, 5),
        (4, 5),
        (5, 5),
        (6, 5),
        (7, 5),
        (8, 10),
        (9, 10),
        (10, 10),
        (1234, 1235),
        (99_999_999, 100_000_000),
    ],
)
def test_cash_is_rounded_as_the_mint_asks(exact, due):
    assert cash_due(exact) == due


@given(st.integers(1, MAX_CENTS))
def test_rounding_is_to_five_cents_and_never_by_more_than_two(exact):
    due = cash_due(exact)
    assert due % 5 == 0
    assert abs(due - exact) <= 2


@pytest.mark.parametrize("cents", [0, -1, MAX_CENTS + 1, 10**30, 1.0, True, "5"])
def test_an_amount_out_of_bounds_cannot_be_built(cents):
    with pytest.raises(ValueError, match="cents"):
        Amount(cents)
