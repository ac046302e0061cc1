"""What the issuer says, and what the card makes of it: the second cryptogram and the proof of the issuer."""

import pytest

from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer
from tests.drivers.pcsc.chips import PLAIN_TVR, Chip, cdol_2, ending, generated, receipt, talk
from tests.drivers.pcsc.script import Say, play


@pytest.mark.parametrize(
    "last", [{"says": "00"}, {"says": "80"}, {"says": "C0"}, {"status": "6985"}, {"status": "6F00"}]
)
def test_a_card_that_does_not_agree_to_an_approval(last):
    lines = [*ending(PLAIN_TVR)[:2], generated("40", cdol_2(PLAIN_TVR, "6800"), **last)]
    played = play(talk(), [*Chip().opening(), *lines])
    assert played.answer == SecondAnswer(agreed=False, receipt=receipt())


def test_an_issuer_that_declines():
    declined = IssuerAnswer(HostWord.DECLINED, b"05")
    lines = [*ending(PLAIN_TVR, answer=declined)[:2], generated("00", cdol_2(PLAIN_TVR, "6800", "3035", ""))]
    assert play(talk(), [*Chip().opening(), *lines]).answer == SecondAnswer(agreed=False, receipt=receipt())


def test_a_card_that_says_yes_to_a_no():
    declined = IssuerAnswer(HostWord.DECLINED, b"05")
    last = generated("00", cdol_2(PLAIN_TVR, "6800", "3035", ""), says="40")
    played = play(talk(), [*Chip().opening(), *ending(PLAIN_TVR, answer=declined)[:2], last])
    assert played.answer is not None
    assert not played.answer.agreed


def test_an_issuer_that_cannot_be_reached():
    """8A is Z3 and an AAC is asked for; what came along with no word is no answer."""
    nothing = IssuerAnswer(HostWord.UNREACHABLE, b"00", bytes(8), bytes.fromhex("7204 86020000"))
    lines = [*ending(PLAIN_TVR, answer=nothing)[:2], generated("00", cdol_2(PLAIN_TVR, "6800", "5A33", ""))]
    assert play(talk(), [*Chip().opening(), *lines]).answer == SecondAnswer(agreed=False, receipt=receipt())


def authenticating(status: str, tvr: str) -> SecondAnswer | None:
    asked = Say("008200000A" + "11223344556677883030", status)
    first, issuer, _ = ending(PLAIN_TVR)
    lines = [*Chip(aip="1C00").opening(), first, issuer, asked, generated("40", cdol_2(tvr, "7800"), says="40")]
    return play(talk(), lines).answer


def test_an_issuer_that_proves_itself():
    assert authenticating("9000", PLAIN_TVR) == SecondAnswer(agreed=True, receipt=receipt(tsi="7800"))


def test_a_wrong_proof_of_the_issuer():
    """The card is told so in the TVR; whether that is a no is its own decision."""
    wrong = "8000008040"
    assert authenticating("6300", wrong) == SecondAnswer(agreed=True, receipt=receipt(wrong, "7800"))


def test_no_proof_of_the_issuer():
    bare = IssuerAnswer(HostWord.APPROVED, b"00")
    last = generated("40", cdol_2(PLAIN_TVR, "6800", "3030", ""))
    lines = [*Chip(aip="1C00").opening(), *ending(PLAIN_TVR, answer=bare)[:2], last]
    assert play(talk(), lines).answer == SecondAnswer(agreed=True, receipt=receipt())
