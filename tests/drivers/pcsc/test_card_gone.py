"""A card that is pulled out or falls silent at each step of a whole payment."""

from dataclasses import replace

import pytest

from drivers.pcsc.asks import PinBlock
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer, Verified
from tests.drivers.pcsc.chips import SALE, UNBLOCK, Chip, cdol_1, cdol_2, generated, receipt, script, talk
from tests.drivers.pcsc.script import Issuer, Pin, Say, play

FULL = IssuerAnswer(
    HostWord.APPROVED,
    b"00",
    bytes.fromhex("1122334455667788"),
    bytes.fromhex(script("71", UNBLOCK) + script("72", UNBLOCK)),
)
WHOLE = [
    *Chip(aip="1C00", signed={"8E": "00" * 8 + "0200", "9F14": "05", "9F23": "05"}).opening(),
    Pin(True, PinBlock(bytes(8), bytes(10))),
    Say("80CA9F3600", "9F3602001290 00"),
    Say("80CA9F1300", "9F1302001090 00"),
    generated("80", cdol_1("8000048000", "020000")),
    Issuer(FULL),
    Say("0082000008" + "1122334455667788"),
    Say(UNBLOCK),
    generated("40", cdol_2("8000048000", "7C00", "3030", "1122334455667788")),
    Say(UNBLOCK),
]
FIRST = next(n for n, line in enumerate(WHOLE) if isinstance(line, Say) and line.command.startswith("80AE"))


def test_the_conversation_whose_every_step_is_cut():
    played = play(talk(tender=replace(SALE, pin_pad="/pad")), WHOLE)
    assert played.answer == SecondAnswer(True, receipt("8000048000", "7C00", Verified.PIN_ONLINE))


@pytest.mark.parametrize("pulled", [True, False], ids=["pulled", "mute"])
@pytest.mark.parametrize("step", range(len(WHOLE)))
def test_the_card_is_gone_at_each_step(step, pulled):
    played = play(talk(tender=replace(SALE, pin_pad="/pad")), WHOLE, lose_at=step, pulled=pulled)
    if step > FIRST:  # the issuer is asked: what it said is to be undone
        assert played.answer == SecondAnswer(agreed=False)
    else:
        mute = ReadFailure.CHIP_FAILED if step < FIRST else ReadFailure.CHIP_DECLINED
        assert (played.answer, played.reason) == (None, ReadFailure.CARD_REMOVED if pulled else mute)
