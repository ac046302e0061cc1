"""A card number in a text is seen in whatever dress; a shop's own numbers are not taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.cards import CARDS
from pos_bridge.domain.typed_card import has_card_number, has_track

NUMBERS = [card.number for card in CARDS.values()]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "dress", ["{}", "M{}", "{}X", "WEB-{}", "{}-1226", "{}/{}", "%B{}^TREMBLAY/ZOE^4912", ";{}=4912?"]
)
def test_a_card_number(number, dress):
    assert has_card_number(dress.replace("{}", number))


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("mark", " -._/\t\u00a0")
def test_a_card_number_with_separators(number, mark):
    groups = mark.join(number[at : at + 4] for at in range(0, len(number), 4))
    assert has_card_number(groups)
    assert has_card_number(f"A-{groups}")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("mark", "-./ ")
@pytest.mark.parametrize("before", ["", "WEB-2026-", "12/"])
@pytest.mark.parametrize("after", ["", "-2912", "-12/29", ".774421"])
def test_a_card_number_in_groups_among_others(number, mark, before, after):
    groups = mark.join(number[at : at + 4] for at in range(0, len(number), 4))
    assert has_card_number(before + groups + after)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("after", ["2912", "1229", "29121010000012345678", "122977"])
def test_a_card_number_with_its_date_run_together(number, after):
    assert has_card_number(f"{number}{after}")
    assert has_card_number(f"WEB-{number}{after}X")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_stripe_typed_into_a_canadian_keyboard(number):
    """Where the shifted 6 is `?`, the slash `é` and the question mark `É`."""
    assert has_track(f"%B{number}?TREMBLAYéZOE?29121010000000000000É")
    assert has_track(f";{number}=29121010000000000000É")


@pytest.mark.parametrize(
    "text",
    [
        "", "7788", "CH-7788", "WEB/2026.11-7", "5145550123", "6006491286999921", "4012012511230002",
        "9" * 16, "0" * 40, "2026-11-23", "123456789012", "49218178444451199999", "what is 1234567890123456 ?",
        "WEB/2026.11-774421", "2026-11-23-0042-000117", "1234567890123456?",
    ],
)  # fmt: skip
def test_what_is_no_card_number(text):
    assert not has_card_number(text)


@pytest.mark.parametrize("number", NUMBERS)
def test_one_wrong_digit_is_no_card_number(number):
    wrong = str((int(number[-1]) + 1) % 10)
    assert not has_card_number(number[:-1] + wrong)


@given(st.text())
def test_any_text_can_be_searched(text):
    has_card_number(text)
    has_track(text)


@given(st.text(alphabet="0123456789 -./_AZ=^", max_size=80))
def test_a_stripe_is_always_a_card(text):
    assert has_card_number(text) or not has_track(text)


def test_a_long_text_is_looked_at_once():
    """Ten times the text takes some ten times as long: a quadratic search would take minutes for these."""
    for text in ("4" * 100_000, "4921 " * 20_000, "4" * 50_000 + " " + "1" * 50_000):
        assert not has_track(text)
        has_card_number(text)
