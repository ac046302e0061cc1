"""A whole payment with a chip card against its script: what issuer and till are told, and what the card may ask."""

from dataclasses import replace

import pytest
from pyemv import tlv as other_tlv

from drivers.pcsc.asks import CardLostError, PinBlock
from drivers.reader import ReadFailedError
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, ReadFailure
from pos_bridge.domain.chip import SecondAnswer
from tests.drivers.pcsc.chips import CRYPTOGRAM, ISSUER_DATA, PLAIN_TVR, RANDOM, SALE, VISA, Chip, ending, receipt, talk
from tests.drivers.pcsc.script import play


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
        "57": "4921817844445119D49122010000123456789F",
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


def test_everything_that_a_terminal_can_tell():
    """Each object in the length that EMV gives it, at the first list."""
    told = {
        "9F02": "000000001234",
        "81": "000004D2",
        "9F03": "000000000000",
        "9F04": "00000000",
        "5F2A": "0124",
        "5F36": "02",
        "9A": "261123",
        "9F21": "114503",
        "9C": "00",
        "9F1A": "0124",
        "9F1B": "00000000",
        "9F01": "000000000000",
        "9F06": VISA,
        "4F": VISA,
        "84": VISA,
        "9F09": "0096",
        "9F15": "5999",
        "9F16": "30" * 15,
        "9F1C": "3030303030303031",
        "9F1E": "3030303030303031",
        "9F33": "6028C8",
        "9F34": "3F0000",
        "9F35": "21",
        "9F37": RANDOM,
        "9F39": "05",
        "9F40": "6000F0F001",
        "9F41": "23114503",
        "95": "0000000000",
        "9B": "0000",
        "8A": "0000",
        "91": "0000000000000000",
    }
    chip = Chip(pdol="".join(f"{tag}{len(value) // 2:02X}" for tag, value in told.items()))
    assert play(talk(), [*chip.opening("".join(told.values())), *ending(PLAIN_TVR)]).answer is not None


# ---- whoever runs it is held to what was agreed ----


def test_another_currency_than_the_terminals():
    assert play(talk(tender=replace(SALE, currency=840)), []).reason is ReadFailure.ROOM_FAULT


def test_an_answer_of_the_wrong_kind():
    conversation = talk()
    next(conversation)
    with pytest.raises(TypeError):
        conversation.send(PinBlock(bytes(8), bytes(10)))


def test_a_reason_says_nothing_of_the_card():
    conversation = talk()
    next(conversation)
    with pytest.raises(ReadFailedError) as failed:
        conversation.throw(CardLostError(removed=True))
    assert str(failed.value) == "CARD_REMOVED"
