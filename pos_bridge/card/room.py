"""One tender in the card room: an ask, a swipe or a chip, an answer, and it is over. A chip hears its issuer before.

Never tells what was read in any other way than sealed, and never lets an exception out with anything in it.
"""

import select
import time
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

from drivers.reader import (
    Armed,
    BadRead,
    CardInserted,
    CardRead,
    CardSealed,
    ChipAsks,
    ChipSaid,
    Driver,
    Event,
    NotYet,
    PinAsked,
    Reader,
    ReadFailedError,
    Tender,
)
from pos_bridge.card.link import Link
from pos_bridge.card.lockdown import Doors
from pos_bridge.card.page import CardPage
from pos_bridge.card.patience import Patience
from pos_bridge.card.seal import CLEAR_LENGTH, public_key, seal
from pos_bridge.card.trust import Trust
from pos_bridge.domain.applications import for_the_door
from pos_bridge.domain.card import ReadFailure, SealedByRoom, SealedCard, SealedPayment
from pos_bridge.domain.chip import SecondAnswer
from pos_bridge.wire import cardlink as say
from pos_bridge.wire.cardlink import (
    ISSUER_S,
    MAX_BAD_SWIPES,
    SEEN_STATES,
    CardSaid,
    Failed,
    Finish,
    Issuer,
    Notice,
    Read,
    ReaderIs,
    ReaderState,
    Sealed,
    Show,
    Status,
)


class WithdrawnError(Exception):
    """The engine wants no card any more, or is gone."""


class Room:
    """A locked-down room with its link; `serve` answers one ask."""

    def __init__(self, link: Link, trust: Trust, page: CardPage, doors: Doors, drivers: Mapping[str, Driver]) -> None:
        self._link = link
        self._trust = trust
        self._page = page
        self._doors = doors
        self._drivers = drivers
        self._issuer_has_answered = False

    def serve(self) -> None:
        """Raises LinkError, OSError or anything unforeseen: the program says ROOM_FAULT and ends."""
        match self._link.hear():
            case Status() as ask:
                self._link.say(ReaderIs(self._state(ask)))
            case Read() as ask:
                self._read(ask)
            case Issuer():
                raise say.LinkError("an issuer answers a card")
            case Finish():
                return

    def _state(self, ask: Status) -> ReaderState:
        try:
            self._drivers[ask.driver].probe(ask.device)
        except ReadFailedError as failure:
            return SEEN_STATES[failure.reason]
        return ReaderState.PRESENT

    def _read(self, ask: Read) -> None:
        try:
            until = time.monotonic() + ask.prompt_ms / 1000
            public = self._accepted(ask)
            driver = self._drivers[ask.driver]
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
            if isinstance(card, ChipAsks):
                self._link.say(CardSaid(self._second_answer(reader)))
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

    def _wait(self, reader: Reader, until: float) -> CardRead | CardSealed | ChipAsks:
        bad_reads, patience = 0, Patience(until)
        while True:
            if time.monotonic() >= patience.until:
                raise ReadFailedError(patience.reason)
            event = self._turn(reader, patience.until, self._withdrawn)
            patience.note(event, time.monotonic())
            match event:
                case CardRead() | CardSealed() | ChipAsks() as card:
                    return card
                case CardInserted():
                    self._link.say(Show(Notice.CARD_INSERTED))
                case ChipSaid():
                    raise ReadFailedError(ReadFailure.ROOM_FAULT)  # it has nothing to say before its issuer has
                case Armed():
                    self._link.say(say.Armed())
                case BadRead():
                    bad_reads += 1
                    if bad_reads == MAX_BAD_SWIPES:
                        raise ReadFailedError(ReadFailure.UNREADABLE)
                    self._link.say(Show(Notice.SWIPE_AGAIN))
                    reader.again()
                case NotYet() | PinAsked() | None:
                    continue

    def _second_answer(self, reader: Reader) -> SecondAnswer:
        """Wait for the issuer with the card in the reader, and for what the card then says. Raises WithdrawnError."""
        until = time.monotonic() + ISSUER_S
        try:
            while time.monotonic() < until:
                match self._turn(reader, until, lambda: self._told(reader)):
                    case ChipSaid(answer):
                        receipt = None if answer.receipt is None else for_the_door(answer.receipt)
                        return SecondAnswer(answer.agreed, receipt)
                    case None:
                        continue
                    case _:
                        break
        except ReadFailedError:
            return SecondAnswer(agreed=False)  # the reader is gone, and with it the card's word
        raise WithdrawnError

    def _turn(self, reader: Reader, until: float, on_word: Callable[[], None]) -> Event | None:
        """The link is looked at before the port each time: no noise on the line keeps a Finish waiting."""
        sources: tuple[Link | Reader, ...] = (self._link, reader)
        now = time.monotonic()
        awake, _, _ = select.select(sources, (), (), max(0.0, min(until, reader.due()) - now))
        if self._link in awake:
            on_word()
        return reader.turn(time.monotonic(), readable=reader in awake)

    def _told(self, reader: Reader) -> None:
        """While an issuer is asked the engine says what it answered, once, or that it is over."""
        match self._link.hear():
            case Issuer(answer) if not self._issuer_has_answered:
                self._issuer_has_answered = True
                reader.tell(answer)
            case Finish():
                raise WithdrawnError
            case _:
                raise say.LinkError("only one Issuer, or Finish, may follow a Sealed")

    def _withdrawn(self) -> None:
        """While a card is awaited the engine has one thing to say."""
        if self._link.hear() == Finish():
            raise WithdrawnError
        raise say.LinkError("only Finish may follow a Read")


def _shares(page: CardPage, driver: Driver) -> tuple[memoryview, memoryview]:
    """The page's first part for the clear text, the next for the reader."""
    return page.memory[:CLEAR_LENGTH], page.memory[CLEAR_LENGTH : CLEAR_LENGTH + driver.memory_needed]


def _info(ask: Read) -> bytes:
    return ask.sealing_key.info(ask.leg_key, ask.cents, ask.currency)


def _tender(ask: Read) -> Tender:
    return Tender(ask.cents, ask.currency, ask.local_time, ask.refund, ask.fallback, ask.pin_pad)
