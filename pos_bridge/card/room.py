"""One tender in the card room: an ask, a swipe, an answer, and it is over.

Never tells what was read in any other way than sealed, and never lets an exception out with anything in it.
"""

import select
import time

from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

from drivers.reader import Armed, BadRead, CardRead, CardSealed, Driver, Reader, ReadFailedError, Tender
from drivers.registry import DRIVERS
from pos_bridge.card.link import Link
from pos_bridge.card.lockdown import Doors
from pos_bridge.card.page import CardPage
from pos_bridge.card.seal import CLEAR_LENGTH, public_key, seal
from pos_bridge.card.trust import Trust
from pos_bridge.domain.card import ReadFailure, SealedByRoom, SealedCard, SealedPayment
from pos_bridge.wire import cardlink as say
from pos_bridge.wire.cardlink import Failed, Finish, Notice, Read, ReaderIs, ReaderState, Sealed, Show, Status

MAX_BAD_READS = 3
_STATES = {
    ReadFailure.READER_ABSENT: ReaderState.ABSENT,
    ReadFailure.READER_BUSY: ReaderState.BUSY,
}


class WithdrawnError(Exception):
    """The engine wants no card any more, or is gone."""


class Room:
    """A locked-down room with its link; `serve` answers one ask."""

    def __init__(self, link: Link, trust: Trust, page: CardPage, doors: Doors) -> None:
        self._link = link
        self._trust = trust
        self._page = page
        self._doors = doors

    def serve(self) -> None:
        """Raises LinkError, OSError or anything unforeseen: the program says ROOM_FAULT and ends."""
        match self._link.hear():
            case Status() as ask:
                self._link.say(ReaderIs(_state(ask)))
            case Read() as ask:
                self._read(ask)
            case Finish():
                return

    def _read(self, ask: Read) -> None:
        try:
            until = time.monotonic() + ask.prompt_ms / 1000
            public = self._accepted(ask)
            driver = DRIVERS[ask.driver]
            clear, memory = _shares(self._page, driver)
            reader = driver.open(ask.device, _tender(ask), memory, time.monotonic())
        except ReadFailedError as failure:
            self._link.say(Failed(failure.reason))
            return
        try:
            self._doors.shut()
            card = self._wait(reader, until)
            payment: SealedPayment
            if isinstance(card, CardSealed):
                payment = card.payment
            else:
                payment = SealedByRoom(ask.sealing_key.key_id, seal(clear, card, public, _info(ask)))
            self._page.wipe()
            self._link.say(Sealed(SealedCard(card.facts, payment)))
        except ReadFailedError as failure:
            self._page.wipe()
            self._link.say(Failed(failure.reason))
        except WithdrawnError:
            return
        finally:
            reader.stop()
            self._page.wipe()

    def _accepted(self, ask: Read) -> MLKEM768X25519PublicKey:
        if not self._trust.accepts(ask.sealing_key, time.time()):
            raise ReadFailedError(ReadFailure.KEY_REFUSED)
        try:
            return public_key(ask.sealing_key)
        except ValueError:
            raise ReadFailedError(ReadFailure.KEY_REFUSED) from None

    def _wait(self, reader: Reader, until: float) -> CardRead | CardSealed:
        """The link is looked at before the port each time: no noise on the line keeps a Finish waiting."""
        sources: tuple[Link | Reader, ...] = (self._link, reader)
        bad_reads = 0
        while True:
            now = time.monotonic()
            if now >= until:
                raise ReadFailedError(ReadFailure.NO_CARD)
            awake, _, _ = select.select(sources, (), (), max(0.0, min(until, reader.due()) - now))
            if self._link in awake:
                self._withdrawn()
            match reader.turn(time.monotonic(), readable=reader in awake):
                case CardRead() | CardSealed() as card:
                    return card
                case Armed():
                    self._link.say(say.Armed())
                case BadRead():
                    bad_reads += 1
                    if bad_reads == MAX_BAD_READS:
                        raise ReadFailedError(ReadFailure.UNREADABLE)
                    self._link.say(Show(Notice.SWIPE_AGAIN))
                    reader.again()
                case None:
                    continue

    def _withdrawn(self) -> None:
        """While a card is awaited the engine has one thing to say."""
        if self._link.hear() == Finish():
            raise WithdrawnError
        raise say.LinkError("only Finish may follow a Read")


def _state(ask: Status) -> ReaderState:
    try:
        DRIVERS[ask.driver].probe(ask.device)
    except ReadFailedError as failure:
        return _STATES[failure.reason]
    return ReaderState.PRESENT


def _shares(page: CardPage, driver: Driver) -> tuple[memoryview, memoryview]:
    """The page's first part for the clear text, the next for the reader."""
    return page.memory[:CLEAR_LENGTH], page.memory[CLEAR_LENGTH : CLEAR_LENGTH + driver.memory_needed]


def _info(ask: Read) -> bytes:
    return ask.sealing_key.info(ask.leg_key, ask.cents, ask.currency)


def _tender(ask: Read) -> Tender:
    return Tender(ask.cents, ask.currency, ask.local_time, ask.refund, ask.fallback, ask.pin_pad)
