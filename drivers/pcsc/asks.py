"""What a chip card's transaction asks of whoever runs it, and what it is answered: values, no I/O.

A transaction (transaction.py) is a generator: it yields an Ask, is sent its Reply, and returns the card's last word. So
it runs against a script in a test, a card in memory, or a card behind pcscd, one exchange at a time.
"""

from collections.abc import Generator
from dataclasses import dataclass
from enum import Enum

from pos_bridge.domain.card import CardFacts
from pos_bridge.domain.chip import IssuerAnswer, SecondAnswer
from pos_bridge.wire.apdu import Command, Response


@dataclass(frozen=True, slots=True, repr=False)
class EnterPin:
    """The card holder is to enter a PIN, at the reader or its PIN pad; no digit of it ever comes here.

    `online`: for the issuer, encrypted by the pad. Otherwise for the card: a reader that can takes it and sends VERIFY
    itself (PC/SC part 10, FEATURE_VERIFY_PIN_DIRECT).
    """

    online: bool
    cents: int
    currency: int


class PinTrouble(Enum):
    """Why there is no PIN."""

    NO_PAD = 1  # nothing here can take one
    BYPASSED = 2  # the card holder gave up, or took too long
    PAD_FAILED = 3


@dataclass(frozen=True, slots=True, repr=False)
class PinBlock:
    """An online PIN as the pad encrypted it: 8 or 16 bytes, and its key serial number, 10 or 12."""

    block: bytes
    ksn: bytes


@dataclass(frozen=True, slots=True)
class PinGiven:
    """An offline PIN went from the reader to the card, which answered its VERIFY with this status word."""

    status: int


@dataclass(frozen=True, slots=True, repr=False)
class AskIssuer:
    """The first GENERATE AC is done and the issuer is to be asked: `data` is BER-TLV as processor_v1.proto lists it."""

    facts: CardFacts
    data: bytes


class CardLostError(Exception):
    """Thrown into the transaction at its Ask: the card was pulled, or answers no more."""

    def __init__(self, *, removed: bool) -> None:
        super().__init__("the card was pulled" if removed else "the card does not answer")
        self.removed = removed


Ask = Command | EnterPin | AskIssuer
Reply = Response | PinBlock | PinGiven | PinTrouble | IssuerAnswer
# Raises reader.ReadFailedError where there is no card to ask an issuer about.
Transaction = Generator[Ask, Reply, SecondAnswer]
