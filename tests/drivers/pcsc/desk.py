"""The chip reader's driver in the hand of a test: a small conversation, a scripted daemon, a clock of its own."""

import pytest

from drivers.pcsc.asks import AskIssuer, CardLostError, EnterPin, Reply, Transaction
from drivers.pcsc.reader import LOOK_S, PcscEmv, PcscReader
from drivers.reader import Armed, CardInserted, ChipAsks, Event, PinAsked, ReadFailedError, Tender
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, ReadFailure
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer
from pos_bridge.wire.apdu import Command
from tests.drivers.pcsc.scripted_scard import PRESENT, READER, ScriptedScard

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
