"""Chip cards in a contact reader behind pcscd: driver `pcsc_emv`. Runs a transaction (transaction.py), a step a turn.

One exchange with the card each turn, so that the room looks at its link between any two. It talks to no card that lay
in the reader before the ask, since that would pay for the next customer: only once the reader was empty is it armed. A
card is taken for ourselves when it comes and given back when the reader is stopped.
"""

import math
import os
from collections.abc import Callable

from drivers.pcsc.asks import Ask, AskIssuer, CardLostError, EnterPin, PinTrouble, Reply, Transaction
from drivers.pcsc.exchange import exchange
from drivers.pcsc.pcscd import Pcscd, Presence, ReaderGoneError, Scard
from drivers.pcsc.pin_pad import PinPad
from drivers.pcsc.secure_pin import enter_offline_pin
from drivers.reader import (
    Armed,
    CardInserted,
    ChipAsks,
    ChipSaid,
    Event,
    NotYet,
    PinAsked,
    ReadFailedError,
    SealingPlace,
    Tender,
)
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.chip import IssuerAnswer, SecondAnswer
from pos_bridge.wire.apdu import Command

MAX_CHIP_DATA = 507  # what the seal has room for
LOOK_S = 0.1  # how often the daemon is asked whether a card is there

Converse = Callable[[Tender, Callable[[int], bytes]], Transaction]


class PcscEmv:
    """The driver. `converse` is transaction.converse with its terminal's data."""

    sealed_in = SealingPlace.CARD_ROOM
    memory_needed = MAX_CHIP_DATA

    def __init__(self, scard: Scard, converse: Converse) -> None:
        self._scard = scard
        self._converse = converse

    def probe(self, device: str) -> None:
        pcscd = Pcscd(self._scard, device)
        try:
            if pcscd.presence() is Presence.TAKEN:
                raise ReadFailedError(ReadFailure.READER_BUSY)
        except ReaderGoneError:
            raise ReadFailedError(ReadFailure.READER_ABSENT) from None
        finally:
            pcscd.close()

    def open(self, device: str, tender: Tender, memory: memoryview, now: float) -> "PcscReader":
        return PcscReader(Pcscd(self._scard, device), self._converse(tender, os.urandom), tender, memory, now)


class PcscReader:
    """A reader behind pcscd. `_step` is what its next turn does."""

    def __init__(self, pcscd: Pcscd, transaction: Transaction, tender: Tender, memory: memoryview, now: float) -> None:
        self._pcscd = pcscd
        self._transaction = transaction
        self._memory = memory
        self._pad = _pad(tender.pin_pad, now)
        self._asks_pad = False
        self._silence, self._never_written = os.pipe2(os.O_CLOEXEC)  # the daemon is asked, never waited on
        self._ask: Command | EnterPin | None = None  # None: the issuer is asked
        self._answer: IssuerAnswer | None = None
        self._hindered_by: ReadFailure | None = None
        self._lost: CardLostError | None = None  # while the issuer is asked: thrown in with its answer
        self._issuer_was_asked = False
        self._step: Callable[[float, bool], Event | None] = self._wait_until_empty
        self._due = now

    def fileno(self) -> int:
        return self._pad.fileno() if self._pad is not None and self._asks_pad else self._silence

    def due(self) -> float:
        return min(self._due, self._pad.due()) if self._pad is not None and self._asks_pad else self._due

    def turn(self, now: float, *, readable: bool) -> Event | None:
        if not readable and now < self.due():
            return None
        self._due = now + LOOK_S
        try:
            return self._step(now, readable)
        except ReaderGoneError:
            if self._issuer_was_asked:
                return self._lose(CardLostError(removed=False), now)
            raise ReadFailedError(ReadFailure.READER_ABSENT) from None

    def again(self) -> None:
        """Never wanted: there are no bad reads of a chip."""

    def tell(self, answer: IssuerAnswer) -> None:
        self._answer = answer
        self._due = 0.0

    def stop(self) -> None:
        self._transaction.close()
        self._memory[:] = bytes(len(self._memory))
        if self._pad is not None:
            self._pad.close()
        self._pcscd.close()
        os.close(self._silence)
        os.close(self._never_written)

    # ---- until a card comes ----

    def _wait_until_empty(self, now: float, _: bool) -> Armed | NotYet | None:  # noqa: FBT001 - a step's one shape
        match self._pcscd.presence():
            case Presence.CARD:
                return self._not_yet(ReadFailure.CARD_LEFT)  # it is to be taken out; put in again, it counts
            case Presence.TAKEN:  # by another program, or by a room that was ended while a PIN was entered
                return self._not_yet(ReadFailure.READER_BUSY)
            case Presence.EMPTY:
                self._step, self._due = self._wait_for_card, now + LOOK_S
                return Armed()

    def _not_yet(self, reason: ReadFailure) -> NotYet | None:
        """Told once, and again when the reason is another."""
        if self._hindered_by is reason:
            return None
        self._hindered_by = reason
        return NotYet(reason)

    def _wait_for_card(self, now: float, _: bool) -> CardInserted | None:  # noqa: FBT001 - same
        if self._pcscd.presence() is not Presence.CARD:
            return None
        try:
            self._pcscd.connect()
        except CardLostError as lost:
            if lost.removed:
                return None  # out again before it was powered
            raise ReadFailedError(ReadFailure.CHIP_FAILED) from None
        self._step, self._due = self._begin, now
        return CardInserted()

    # ---- the conversation ----

    def _begin(self, now: float, _: bool) -> Event | None:  # noqa: FBT001 - same
        return self._advance(lambda: next(self._transaction), now)

    def _converse(self, now: float, readable: bool) -> Event | None:  # noqa: FBT001 - same
        """Carry out what the transaction asked for, and hand it the reply."""
        try:
            reply = self._reply(now, readable=readable)
        except CardLostError as lost:
            return self._lose(lost, now)
        return None if reply is None else self._advance(lambda: self._transaction.send(reply), now)

    def _reply(self, now: float, *, readable: bool) -> Reply | None:
        """None: not yet. Raises CardLostError."""
        match self._ask:
            case Command() as command:
                card = self._pcscd.card
                return exchange(self._pcscd.transmit, command, t0=card is not None and card.t0)
            case EnterPin(online=False):
                return enter_offline_pin(self._pcscd.control)
            case EnterPin(_, cents, currency):
                return self._online_pin(cents, currency, now, readable=readable)
            case _:
                return self._issuers_word()

    def _online_pin(self, cents: int, currency: int, now: float, *, readable: bool) -> Reply | None:
        if self._pad is None:
            return PinTrouble.PAD_FAILED
        if not self._asks_pad:
            self._asks_pad = True
            answer: Reply | None = self._pad.ask(cents, currency, now)
        else:
            answer = self._pad.turn(now, readable=readable)
        self._look()
        self._asks_pad = answer is None
        return answer

    def _issuers_word(self) -> Reply | None:
        """What the issuer said, once it is told; until then the card is watched, and must not go."""
        if self._answer is None:
            if self._lost is None:
                try:
                    self._look()
                except CardLostError as lost:
                    self._lost = lost
                except ReaderGoneError:
                    self._lost = CardLostError(removed=False)
            return None
        if self._lost is not None:
            raise self._lost
        return self._answer

    def _look(self) -> None:
        if self._pcscd.presence() is Presence.EMPTY:
            raise CardLostError(removed=True)

    def _lose(self, lost: CardLostError, now: float) -> Event | None:
        self._asks_pad = False
        return self._advance(lambda: self._transaction.throw(lost), now)

    def _advance(self, step: Callable[[], Ask], now: float) -> Event | None:
        """Run the transaction to its next ask, or its end."""
        try:
            ask = step()
        except StopIteration as end:
            self._step, self._due = self._rest, math.inf
            answer: SecondAnswer = end.value
            return ChipSaid(answer)
        self._step, self._due = self._converse, now
        if isinstance(ask, AskIssuer):
            self._ask, self._issuer_was_asked = None, True  # what goes to the issuer lies in the room's page alone
            data = self._memory[: len(ask.data)]
            data[:] = ask.data
            return ChipAsks(ask.facts, data)
        self._ask = ask
        return PinAsked() if isinstance(ask, EnterPin) else None

    def _rest(self, _now: float, _: bool) -> None:  # noqa: FBT001 - same
        """All is said."""
        self._due = math.inf


def _pad(device: str, now: float) -> PinPad | None:
    """None where none is configured; and where it is not there, which the card is told when it wants a PIN."""
    if not device:
        return None
    try:
        return PinPad(device, now)
    except ReadFailedError:
        return None
