"""Giving money back to a chip card, against its script."""

from dataclasses import replace

import pytest

from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer, Verified
from tests.drivers.pcsc.chips import APPROVED, PLAIN_TVR, SALE, Chip, cdol_1, generated, receipt, talk
from tests.drivers.pcsc.script import Issuer, play


def test_a_refund():
    """The card is asked for a no and gives its data; there is no second cryptogram."""
    back = replace(SALE, refund=True)
    first = generated("00", cdol_1(PLAIN_TVR, "3F0000", back))
    played = play(talk(tender=back), [*Chip().opening(), first, Issuer(APPROVED)])
    assert played.answer == SecondAnswer(agreed=True, receipt=receipt(tsi="2800", verified=Verified.NOT_AT_ALL))
    assert played.ask is not None
    assert bytes.fromhex("9F270100") in played.ask.data
    assert bytes.fromhex("9C0120") in played.ask.data


@pytest.mark.parametrize("word", [HostWord.DECLINED, HostWord.UNREACHABLE])
def test_a_refund_that_is_not_made(word):
    back = replace(SALE, refund=True)
    first = generated("00", cdol_1(PLAIN_TVR, "3F0000", back))
    played = play(talk(tender=back), [*Chip().opening(), first, Issuer(IssuerAnswer(word, b"05"))])
    assert played.answer is not None
    assert not played.answer.agreed


def test_a_refund_to_a_card_that_wants_to_pay():
    back = replace(SALE, refund=True)
    first = generated("00", cdol_1(PLAIN_TVR, "3F0000", back), says="80")
    assert play(talk(tender=back), [*Chip().opening(), first]).reason is ReadFailure.CHIP_DECLINED
