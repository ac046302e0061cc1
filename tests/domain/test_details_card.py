"""A card number stands in no field of what a person gives, however it is dressed."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.cards import CARDS
from pos_bridge.domain.details import Field, Unfit, UnfitDetailError, details
from tests.domain.one_detail import refused

NUMBERS = [card.number for card in CARDS.values()]


def in_digits(number: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in number)


DRESSES: dict[str, Callable[[str], str]] = {
    "plain": lambda number: number,
    "spaces": lambda number: " ".join(number[at : at + 4] for at in range(0, len(number), 4)),
    "each": " ".join,
    "narrow": lambda number: "\u202f".join(number[at : at + 4] for at in range(0, len(number), 4)),
    "hidden": "\u200b".join,
    "dots": lambda number: "·".join(number[at : at + 4] for at in range(0, len(number), 4)),
    "commas": lambda number: ",".join(number[at : at + 4] for at in range(0, len(number), 4)),
    "dashes": lambda number: "\u2013".join(number[at : at + 4] for at in range(0, len(number), 4)),
    "wide": lambda number: in_digits(number, "\uff10"),
    "arabic": lambda number: in_digits(number, "\u0660"),
    "devanagari": lambda number: in_digits(number, "\u0966"),
    "bold": lambda number: in_digits(number, "\U0001d7ce"),
    "raised": lambda number: number.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")),
    "circled": lambda number: number.translate(str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")),
    "accents": "\u0301".join,
    "named": lambda number: f"Roy {number}",
    "dated": lambda number: f"{number} 12/29",
    "stripe": lambda number: f"%B{number}^ROY/ZOE^2912",
    "second stripe": lambda number: f";{number}=2912?",
}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_card_number_stands_in_no_field(dress, number):
    for field in Field:
        assert refused(field, DRESSES[dress](number)) is Unfit.CARD_NUMBER


@pytest.mark.parametrize("number", NUMBERS)
def test_a_card_number_is_no_telephone_number_either(number):
    assert refused(Field.PHONE, f"+{number}") is Unfit.CARD_NUMBER
    assert refused(Field.EMAIL, f"zoe{number}@example.com") is Unfit.CARD_NUMBER
    assert refused(Field.EMAIL, f"zoe@{number}.com") is Unfit.CARD_NUMBER


@given(st.sampled_from(Field), st.text(alphabet="0123456789 -+./\u0661\uff11", max_size=40), st.sampled_from(NUMBERS))
def test_a_card_number_among_separators_is_never_kept(field, around, number):
    at = len(around) // 2
    with pytest.raises(UnfitDetailError):
        details({field: f"{around[:at]} x {number} x {around[at:]}"})
