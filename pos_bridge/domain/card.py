"""What may be known about a card outside the card room: brand, last four digits, entry mode, and sealed bytes."""

from dataclasses import dataclass
from enum import Enum

LAST_FOUR_CEILING = 10_000
KEY_ID_LENGTH = 8
SEALED_LENGTH = 1392


class Brand(Enum):
    """A card scheme; the value is its number in processor_v1.proto and on the card link."""

    VISA = 1
    MASTERCARD = 2
    AMEX = 3
    DISCOVER = 4
    INTERAC = 5
    OTHER = 6


class EntryMode(Enum):
    """How the card was read; the value is its number in processor_v1.proto and on the card link."""

    MAGSTRIPE = 1
    CHIP = 2
    CONTACTLESS = 3
    MAGSTRIPE_FALLBACK = 4


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that leaves the card room in clear about a card. last_four is a number, 0..9999."""

    brand: Brand
    last_four: int
    entry_mode: EntryMode

    def __post_init__(self) -> None:
        if not 0 <= self.last_four < LAST_FOUR_CEILING:
            raise ValueError("the last four digits are 0..9999")


@dataclass(frozen=True, slots=True, repr=False)
class SealedByRoom:
    """Card data sealed in the card room for the processor's key `key_id` (RoomSealed in processor_v1.proto)."""

    key_id: bytes
    ciphertext: bytes

    def __post_init__(self) -> None:
        if len(self.key_id) != KEY_ID_LENGTH or len(self.ciphertext) != SEALED_LENGTH:
            raise ValueError("a sealed payment has a key id of 8 and a ciphertext of 1392 bytes")


@dataclass(frozen=True, slots=True, repr=False)
class SealedCard:
    """A card that was read: what may be known of it, and what only the processor can open."""

    facts: CardFacts
    payment: SealedByRoom


class ReadFailure(Enum):
    """Why the card room has no card for us: the closed set of reasons that crosses its door."""

    NO_CARD = 1  # nobody presented a card in time
    UNREADABLE = 2  # three reads failed: damaged card, or not a bank card's track
    CHIP_REQUIRED = 3  # the stripe says the card has a chip, and this reader cannot read it
    NOT_A_BANK_CARD = 4  # a loyalty, gift or badge card: refused and wiped
    READER_ABSENT = 5  # the device is not there or hung up
    READER_STALLED = 6  # a frame began and stopped in the middle
    READER_BUSY = 7  # another program holds the device
    KEY_REFUSED = 8  # the sealing key is not signed by the root, rolled back or expired
    ROOM_LOST = 9  # the room ended without an answer
    ROOM_FAULT = 10  # the room met something it has no other word for
