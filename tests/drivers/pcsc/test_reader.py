"""The chip reader's driver with a small conversation, a scripted daemon, and a clock of the test's own."""

import gc
import math

import pytest

from drivers.pcsc.asks import (
    AskIssuer,
    CardLostError,
    EnterPin,
    PinBlock,
    PinGiven,
    PinTrouble,
    Reply,
    Transaction,
)
from drivers.pcsc.reader import LOOK_S, PcscEmv, PcscReader
from drivers.reader import Armed, CardInserted, ChipAsks, ChipSaid, Event, NotYet, PinAsked, ReadFailedError, Tender
from drivers.serial.port import Port
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, ReadFailure
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer
from pos_bridge.wire.apdu import Command, Response
from pos_bridge.wire.pin_pad import ask, end
from tests.drivers.line import Line
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
from tests.wire.test_pin_pad import BLOCK, GOOD, KSN, framed

SELECT = Command(0x00, 0xA4, 0x04, 0x00, b"\xa0\x00\x00\x00\x03")
FACTS = CardFacts(Brand.VISA, 5119, EntryMode.CHIP)
APPROVED = IssuerAnswer(HostWord.APPROVED, b"00")
DATA = b"\x9f\x26\x08ABCDEFGH"


class Small:
    """A conversation of two commands, or of one PIN; keeps what it was replied."""

    def __init__(self, first: Command | EnterPin = SELECT) -> None:
        self._first = first
        self.replies: list[Reply] = []

    def __call__(self, tender: Tender, _: object) -> Transaction:
        try:
            self.replies.append((yield self._first))
        except CardLostError as lost:
            raise ReadFailedError(ReadFailure.CARD_REMOVED if lost.removed else ReadFailure.CHIP_FAILED) from None
        try:
            self.replies.append((yield AskIssuer(FACTS, DATA)))
            self.replies.append((yield SELECT))
        except CardLostError:
            return SecondAnswer(agreed=False)
        return SecondAnswer(agreed=True)


class Desk:
    def __init__(self, scard: ScriptedScard, small: Small | None = None, pin_pad: str = "") -> None:
        self.scard = scard
        self.small = small or Small()
        self.memory = bytearray(PcscEmv.memory_needed)
        driver = PcscEmv(scard, self.small)
        tender = Tender(12_345, 124, 261123115900, pin_pad=pin_pad)
        self.now = 0.0
        self.reader: PcscReader = driver.open(READER, tender, memoryview(self.memory), self.now)

    def event(self) -> Event | None:
        """The next one, or None when only the clock would bring one."""
        for _ in range(10):
            if self.reader.due() > self.now:
                self.now += LOOK_S
            event = self.reader.turn(self.now, readable=False)
            if event is not None:
                return event
        return None

    def insert(self) -> None:
        assert self.event() == Armed()
        self.scard.state = PRESENT
        assert self.event() == CardInserted()

    def insert_and_ask_pin(self) -> None:
        self.insert()
        assert self.event() == PinAsked()

    def ask_issuer(self) -> None:
        asks = self.event()
        assert isinstance(asks, ChipAsks)
        assert (asks.facts, bytes(asks.data)) == (FACTS, DATA)

    def stop(self) -> None:
        self.reader.stop()
        assert self.scard.open == [], "what was taken is given back"
        assert not any(self.memory)


def failed(desk: Desk) -> ReadFailure:
    with pytest.raises(ReadFailedError) as caught:
        desk.event()
    desk.stop()
    return caught.value.reason


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


@pytest.mark.parametrize(
    ("code", "reason"), [(UNRESPONSIVE, ReadFailure.CHIP_FAILED), (SHARING, ReadFailure.READER_BUSY)]
)
def test_a_card_that_cannot_be_had(code, reason):
    desk = Desk(ScriptedScard())
    assert desk.event() == Armed()
    desk.scard.state, desk.scard.connects = PRESENT, code
    assert failed(desk) is reason


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


# ---- PINs ----


def test_an_offline_pin_goes_from_the_readers_keys_to_the_card():
    desk = Desk(ScriptedScard(), Small(EnterPin(online=False, cents=12_345, currency=124)))
    features = bytes.fromhex("060442330006")
    desk.scard.control = lambda code, _: b"\x90\x00" if code == 0x42330006 else features
    desk.insert_and_ask_pin()
    desk.ask_issuer()
    assert desk.small.replies == [PinGiven(0x9000)]
    desk.stop()


ONLINE = EnterPin(online=True, cents=12_345, currency=124)


@pytest.fixture
def line():
    with Line() as line:
        yield line


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (GOOD, PinBlock(BLOCK, KSN)),
        (framed(b"C"), PinTrouble.BYPASSED),
        (framed(b"K1234"), PinTrouble.PAD_FAILED),
    ],
)
def test_an_online_pin_comes_encrypted_from_the_pad(line, answer, reply):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    desk.insert_and_ask_pin()
    assert desk.event() is None
    assert line.hear(ask(12_345, 124))
    line.send(answer)
    line.wait_arrived(len(answer))
    asks = desk.reader.turn(desk.now, readable=True)
    assert isinstance(asks, ChipAsks)
    assert desk.small.replies == [reply]
    desk.stop()
    assert line.unheard() == b""


def test_nobody_enters_a_pin(line):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    desk.insert_and_ask_pin()
    assert desk.event() is None
    desk.now += 60
    desk.ask_issuer()
    assert desk.small.replies == [PinTrouble.BYPASSED]
    assert line.hear(end()) == ask(12_345, 124) + end()
    desk.stop()


def test_a_card_pulled_while_its_pin_is_entered_ends_that(line):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    desk.insert_and_ask_pin()
    assert desk.event() is None
    desk.scard.state = EMPTY
    assert failed(desk) is ReadFailure.CARD_REMOVED
    assert line.hear(end()) == ask(12_345, 124) + end()


@pytest.mark.parametrize("gone", [False, True])
def test_a_pad_that_is_not_there(line, gone):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device if gone else "/dev/not-there")
    if gone:
        line.hang_up()
    desk.insert_and_ask_pin()
    desk.ask_issuer()
    assert desk.small.replies == [PinTrouble.PAD_FAILED]
    desk.stop()


def test_what_the_pad_said_before_it_was_asked_is_no_answer(line):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    line.send(GOOD)
    line.wait_arrived(len(GOOD))
    desk.insert_and_ask_pin()
    assert desk.event() is None
    assert desk.small.replies == []
    desk.stop()


def test_a_pad_that_never_stops_talking_is_a_broken_one(line, monkeypatch):
    desk = Desk(ScriptedScard(), Small(ONLINE), line.device)
    desk.insert_and_ask_pin()
    monkeypatch.setattr(Port, "read_into", endless)  # no line of a test is faster than its reader
    desk.ask_issuer()
    assert desk.small.replies == [PinTrouble.PAD_FAILED]
    desk.stop()


def endless(_: Port, memory: memoryview) -> int:
    memory[:] = b"?" * len(memory)
    return len(memory)


def test_what_went_to_the_issuer_is_in_the_page_alone():
    desk = Desk(ScriptedScard())
    desk.insert()
    desk.ask_issuer()
    assert not [one for one in gc.get_objects() if isinstance(one, AskIssuer) and one.data is DATA]
    desk.stop()
