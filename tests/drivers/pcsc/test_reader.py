"""The chip reader's driver with a small conversation, a scripted daemon, and a clock of the test's own."""

import gc
import math

import pytest

from drivers.pcsc.asks import AskIssuer
from drivers.pcsc.reader import OTHERS_S, PcscEmv
from drivers.reader import Armed, CardInserted, ChipSaid, NotYet, ReadFailedError
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import SecondAnswer
from pos_bridge.wire.apdu import Response
from tests.drivers.pcsc.desk import APPROVED, DATA, Desk, Small, failed
from tests.drivers.pcsc.scripted_scard import (
    EMPTY,
    EXCLUSIVE,
    NO_SERVICE,
    NOT_TRANSACTED,
    PRESENT,
    READER,
    REMOVED,
    SHARING,
    UNRESPONSIVE,
    ScriptedScard,
)


def test_a_whole_conversation_one_exchange_a_turn():
    desk = Desk(ScriptedScard())
    desk.insert()
    desk.ask_issuer()
    assert len(desk.scard.heard) == 1
    assert desk.event() is None, "the issuer has not answered"
    desk.reader.tell(APPROVED)
    assert desk.event() == ChipSaid(SecondAnswer(agreed=True))
    assert desk.small.replies == [Response(b"", 0x9000), APPROVED, Response(b"", 0x9000)]
    assert desk.reader.due() == math.inf
    desk.stop()


def test_no_card_that_lay_there_before():
    scard = ScriptedScard()
    scard.state = PRESENT
    desk = Desk(scard)
    assert desk.event() == NotYet(ReadFailure.CARD_LEFT)
    assert desk.event() is None, "it is said once"
    scard.state = EMPTY
    desk.insert()
    desk.stop()


def test_a_reader_that_another_holds_is_waited_for():
    """As one is whose keypad still waits for the PIN of a tender that was withdrawn."""
    scard = ScriptedScard()
    scard.state = PRESENT | EXCLUSIVE
    desk = Desk(scard)
    assert desk.event() == NotYet(ReadFailure.READER_BUSY)
    scard.state = PRESENT
    assert desk.event() == NotYet(ReadFailure.CARD_LEFT)
    scard.state = EMPTY
    desk.insert()
    desk.stop()


def test_a_reader_that_another_holds_is_busy_when_it_is_only_looked_at():
    scard = ScriptedScard()
    scard.state = PRESENT | EXCLUSIVE
    with pytest.raises(ReadFailedError, match="READER_BUSY"):
        PcscEmv(scard, Small()).probe(READER)


def test_a_card_that_is_out_again_before_it_is_powered():
    desk = Desk(ScriptedScard())
    assert desk.event() == Armed()
    desk.scard.state, desk.scard.connects = PRESENT, REMOVED
    assert desk.event() is None
    desk.scard.connects = 0
    assert desk.event() == CardInserted()
    desk.stop()


def test_a_card_that_cannot_be_had():
    desk = Desk(ScriptedScard())
    assert desk.event() == Armed()
    desk.scard.state, desk.scard.connects = PRESENT, UNRESPONSIVE
    assert failed(desk) is ReadFailure.CHIP_FAILED


@pytest.mark.parametrize("state", [PRESENT, PRESENT | EXCLUSIVE])
@pytest.mark.parametrize("lets_go", [True, False])
def test_a_card_that_another_program_looks_at_first(state, lets_go):
    desk = Desk(ScriptedScard())
    assert desk.event() == Armed()
    desk.scard.state, desk.scard.connects = state, SHARING
    assert desk.event() is None
    if lets_go:
        desk.scard.state, desk.scard.connects = PRESENT, 0
        assert desk.event() == CardInserted()
        desk.stop()
    else:
        desk.now += OTHERS_S
        assert failed(desk) is ReadFailure.READER_BUSY


@pytest.mark.parametrize(
    ("transmits", "state", "answer", "reason"),
    [
        (REMOVED, PRESENT, b"", ReadFailure.CARD_REMOVED),
        (0, PRESENT, b"", ReadFailure.CARD_REMOVED),  # in mid-exchange: success, and nothing
        (0, PRESENT, b"\x90", ReadFailure.CHIP_FAILED),  # it is there, and has nothing to say
        (0, EMPTY, b"\x90", ReadFailure.CARD_REMOVED),
        (NOT_TRANSACTED, EMPTY, b"", ReadFailure.CARD_REMOVED),
        (NOT_TRANSACTED, PRESENT, b"", ReadFailure.CHIP_FAILED),
    ],
)
def test_a_card_lost_before_its_issuer_is_asked(transmits, state, answer, reason):
    desk = Desk(ScriptedScard(lambda _: answer))
    desk.insert()
    desk.scard.transmits, desk.scard.state = transmits, state
    assert failed(desk) is reason


@pytest.mark.parametrize("told_first", [False, True])
def test_a_card_lost_after_that_has_not_agreed(told_first):
    desk = Desk(ScriptedScard())
    desk.insert()
    desk.ask_issuer()
    if not told_first:
        desk.scard.state = EMPTY
        assert desk.event() is None
        desk.scard.state = PRESENT  # another card, or the same again: too late
    else:
        desk.scard.transmits = REMOVED
    desk.reader.tell(APPROVED)
    assert desk.event() == ChipSaid(SecondAnswer(agreed=False))
    desk.stop()


def test_a_daemon_that_goes_before_and_after():
    desk = Desk(ScriptedScard())
    desk.insert()
    desk.scard.transmits = NO_SERVICE
    assert failed(desk) is ReadFailure.READER_ABSENT
    desk = Desk(ScriptedScard())
    desk.insert()
    desk.ask_issuer()
    desk.scard.daemon = NO_SERVICE
    assert desk.event() is None
    desk.reader.tell(APPROVED)
    assert desk.event() == ChipSaid(SecondAnswer(agreed=False))


@pytest.mark.parametrize("reader", [READER, "Another Reader 00 00"])
def test_probe(reader):
    scard = ScriptedScard()
    scard.daemon = NO_SERVICE if reader == READER else 0
    with pytest.raises(ReadFailedError, match="READER_ABSENT"):
        PcscEmv(scard, Small()).probe(reader)
    assert scard.open == []
    scard.daemon = 0
    PcscEmv(scard, Small()).probe(READER)
    assert scard.open == []


def test_what_went_to_the_issuer_is_in_the_page_alone():
    desk = Desk(ScriptedScard())
    desk.insert()
    desk.ask_issuer()
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, AskIssuer) and one.data is DATA]
    desk.stop()
