"""A whole payment with a chip card against its script: each way it can end, and what the issuer and the till are told."""

from pyemv import tlv as other_tlv

from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.chip import ChipReceipt, SecondAnswer, Verified
from tests.drivers.pcsc.chips import CRYPTOGRAM, ISSUER_DATA, RANDOM, VISA, Chip, ending, talk
from tests.drivers.pcsc.script import play

PLAIN_TVR = "8000008000"  # no offline authentication; over a floor limit of nothing


def receipt(tvr=PLAIN_TVR, tsi="6800", verified=Verified.SIGNATURE):
    return ChipReceipt(bytes.fromhex(VISA), bytes.fromhex(tvr), bytes.fromhex(tsi), verified)


def test_a_sale_that_the_issuer_approves():
    chip = Chip()
    played = play(talk(), [*chip.opening(), *ending(PLAIN_TVR)])
    assert played.answer == SecondAnswer(agreed=True, receipt=receipt())
    assert played.ask is not None
    assert played.ask.facts == CardFacts(Brand.VISA, 5119, EntryMode.CHIP)


def test_what_the_issuer_is_asked():
    played = play(talk(), [*Chip().opening(), *ending(PLAIN_TVR)])
    assert played.ask is not None
    told = other_tlv.decode(played.ask.data, convert=lambda _, value: value.hex().upper())
    assert told == {
        "57": "4921817844445119D4912201000012345678900F",
        "5F34": "01",
        "4F": VISA,
        "82": "1800",
        "84": VISA,
        "95": PLAIN_TVR,
        "9A": "261123",
        "9C": "00",
        "5F2A": "0124",
        "9F02": "000000001234",
        "9F03": "000000000000",
        "9F10": ISSUER_DATA,
        "9F1A": "0124",
        "9F21": "114503",
        "9F26": CRYPTOGRAM,
        "9F27": "80",
        "9F33": "6028C8",
        "9F34": "1E0300",
        "9F35": "21",
        "9F36": "0012",
        "9F37": RANDOM,
        "9F41": "23114503",
        "9B": "6800",
    }
