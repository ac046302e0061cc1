"""The test cards: published, valid, tellable from chance, and the five that others rely on."""

import pytest

from hw_sim.cards import BY_NUMBER, CARDS, IN_THE_WALLET, NON_BANK_CARDS, Brand, Card, passes_luhn


def test_the_five_everybody_knows() -> None:
    assert {name: CARDS[name].number for name in ("visa", "mastercard", "amex", "discover", "interac")} == {
        "visa": "4921817844445119",
        "mastercard": "5413330089020011",
        "amex": "374245455400126",
        "discover": "6011000990139424",
        "interac": "4506445006931933",
    }
    assert len(BY_NUMBER) == len(CARDS) >= 10


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_each_card_can_be_swiped_and_searched_for(card: Card) -> None:
    assert passes_luhn(card.number)
    assert len(set(card.number)) >= 6
    assert card.expiry_yymm.isdecimal()
    assert 1 <= int(card.expiry_yymm[2:]) <= 12
    assert card.service_code == {"interac": "220", "amex-3": "201"}.get(card.name, "101")
    assert card.number not in repr(card)


@pytest.mark.parametrize(
    "number", ["4921817844445118", "4111111111111111", "492181784444511x", "", "4921 8178 4444 5119"]
)
def test_other_numbers_are_no_cards(number: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        Card("other", number, Brand.VISA)


def test_cards_that_are_not_for_payment_are_told_apart() -> None:
    assert set(IN_THE_WALLET) == {*CARDS, *NON_BANK_CARDS}
    assert {"badge", "loyalty"} == set(NON_BANK_CARDS)
    assert not set(NON_BANK_CARDS) & set(CARDS)
    for card in NON_BANK_CARDS.values():
        assert card.track_1 or card.track_2
        assert card.what not in repr(card)


def test_luhn_notices_any_one_wrong_digit() -> None:
    number = CARDS["visa"].number
    for at, digit in enumerate(number):
        for wrong in set("0123456789") - {digit}:
            assert not passes_luhn(number[:at] + wrong + number[at + 1 :])
