"""Amounts are exact, whatever way a number is spelled, and never pass through a float."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from pos_bridge.wire.nexo.amounts import cents, plain, present, units


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("10", 1000), ("10.0", 1000), ("10.00", 1000), ("10.5", 1050), ("1E+1", 1000), ("1e1", 1000), ("0.01", 1),
        ("999999.99", 99_999_999), ("0.29", 29), ("1.15", 115), ("4.35", 435), ("10.000000", 1000), ("0", 0),
        ("0.00", 0), ("-0", 0), ("0e99999999", 0), ("12.345", None), ("0.001", None), ("1000000", None),
        ("-1", None), ("-0.01", None), ("1e6", None), ("1e-3", None), ("1e999999999", None), ("1e-999999999", None),
        ("1e99999999999999999999", None), ("123456789012345678901234567890", None),
        ("0.0100000000000000000000000000001", None), ("1." + "0" * 100_000, None), ('"10.00"', None), ('"NaN"', None),
        ("null", None), ("true", None), ("[1]", None), ("", None),
    ],
)  # fmt: skip
def test_an_amount_is_its_digits(spelled, expected):
    assert cents(Raw(spelled.encode())) == expected


@given(st.integers(0, 99_999_999))
def test_every_amount_survives_the_way_there_and_back(amount):
    assert cents(Raw(str(units(amount)).encode())) == amount
    assert str(units(amount)) == f"{amount // 100}.{amount % 100:02d}"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_what_is_taken_is_equal_to_what_was_sent(number):
    taken = cents(Raw(str(number).encode()))
    assert taken is None or Decimal(taken) == number * 100


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("1.50", "1.5"), ("-3", "-3"), ("100", "100"), ("1E+2", "100"), ("0.000", "0"), ("-0", "0"),
        ("0.000001", "0.000001"), ("0.0000001", None), ("1e13", None), ("1e999999", None), ("1e-999999", None),
        ('"1"', None), ("{}", None),
    ],
)  # fmt: skip
def test_a_quantity_has_one_spelling(spelled, expected):
    assert plain(Raw(spelled.encode())) == expected


def test_null_is_absent():
    assert not present(Raw())
    assert not present(Raw(b"null"))
    assert present(Raw(b'""'))
    assert present(Raw(b"0"))
