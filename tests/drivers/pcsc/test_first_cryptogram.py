"""What a card answers when it is asked for its first cryptogram, rightly and wrongly, against its script."""

import pytest

from pos_bridge.domain.card import ReadFailure
from tests.drivers.pcsc.chips import CRYPTOGRAM, ISSUER_DATA, PLAIN_TVR, Chip, cdol_1, ending, generated, talk
from tests.drivers.pcsc.script import Say, play, tlv


@pytest.mark.parametrize("says", ["00", "40", "C0", "08"])
def test_a_card_that_answers_otherwise_than_asked(says):
    """A no, a yes without its issuer, something that EMV keeps for later, and a no with a reason."""
    first = generated("80", cdol_1(PLAIN_TVR), says=says)
    played = play(talk(), [*Chip().opening(), first])
    assert (played.reason, played.ask) == (ReadFailure.CHIP_DECLINED, None)


@pytest.mark.parametrize(
    "answer",
    [
        "6985",
        "6F00",
        "9000",
        "8000 9000",
        "800A 80 0012 A1A2A3A4A5A6A7 9000",  # a byte short
        tlv("80", "800012" + CRYPTOGRAM + "00" * 33) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F36", "0012")) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F26", CRYPTOGRAM)) + "9000",
        tlv("77", tlv("9F36", "0012") + tlv("9F26", CRYPTOGRAM)) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F36", "0012") + tlv("9F26", CRYPTOGRAM) * 2) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F36", "0012") + tlv("9F26", "A1")) + "9000",
        tlv("77", tlv("9F27", "80") + tlv("9F36", "0012") + tlv("9F26", CRYPTOGRAM) + tlv("9F10", "0" * 66)) + "9000",
        "7780 9F270180 9F36020012 0000 9000",
    ],
)
def test_a_first_cryptogram_that_is_none(answer):
    first = Say(generated("80", cdol_1(PLAIN_TVR)).command, answer)
    played = play(talk(), [*Chip().opening(), first])
    assert (played.reason, played.ask) == (ReadFailure.CHIP_DECLINED, None)


def test_a_cryptogram_in_the_other_format():
    inside = tlv("9F27", "80") + tlv("9F36", "0012") + tlv("9F26", CRYPTOGRAM) + tlv("9F10", ISSUER_DATA)
    first = Say(generated("80", cdol_1(PLAIN_TVR)).command, tlv("77", inside) + "9000")
    played = play(talk(), [*Chip().opening(), first, *ending(PLAIN_TVR)[1:]])
    assert played.ask is not None
    assert bytes.fromhex("9F2608" + CRYPTOGRAM) in played.ask.data


@pytest.mark.parametrize("data", ["", "06"])
def test_a_cryptogram_with_little_for_the_issuer(data):
    first = Say(generated("80", cdol_1(PLAIN_TVR)).command, tlv("80", "800012" + CRYPTOGRAM + data) + "9000")
    played = play(talk(), [*Chip().opening(), first, *ending(PLAIN_TVR)[1:]])
    assert played.ask is not None
    assert (b"\x9f\x10" in played.ask.data) == bool(data)
