"""What may be known about a card outside the card room: brand, last four digits, entry mode, and sealed bytes."""

from dataclasses import dataclass
from enum import Enum

LAST_FOUR_CEILING = 10_000
KEY_ID_LENGTH = 8
SEALED_LENGTH = 1648
MAX_TRACK_CIPHERTEXT = 256


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
            raise ValueError("a sealed payment has a key id of 8 and a ciphertext of 1648 bytes")


class Scheme(Enum):
    """The DUKPT (ANSI X9.24) of an encrypting reader; the values of these three are those of processor_v1.proto."""

    TDES = 1
    AES = 2


class Variant(Enum):
    """What the reader makes of the transaction key before it encrypts with it. Never assumed: each make has its own."""

    PIN = 1
    DATA = 2
    DATA_ONE_WAY = 3


class ChainMode(Enum):
    """How CBC runs over the tracks: each from a zero IV, or track 2 going on where track 1 ended."""

    CBC_PER_TRACK = 1
    CBC_CHAINED = 2


_KSN_LENGTHS = {Scheme.TDES: 10, Scheme.AES: 12}
_BLOCKS = {Scheme.TDES: 8, Scheme.AES: 16}


@dataclass(frozen=True, slots=True, repr=False)
class SealedByReader:
    """Card data sealed inside the reader itself (ReaderSealed in processor_v1.proto): nobody on the till can open it.

    `ksn` is the key serial number, 10 bytes under TDES and 12 under AES. A track is whole cipher blocks, at most 256
    bytes, and empty where there is none; one of the two is there.
    """

    scheme: Scheme
    variant: Variant
    mode: ChainMode
    ksn: bytes
    track1: bytes
    track2: bytes

    def __post_init__(self) -> None:
        if len(self.ksn) != _KSN_LENGTHS[self.scheme]:
            raise ValueError("a key serial number has 10 bytes under TDES and 12 under AES")
        if not (self.track1 or self.track2):
            raise ValueError("a card has a track")
        for track in (self.track1, self.track2):
            if len(track) > MAX_TRACK_CIPHERTEXT or len(track) % _BLOCKS[self.scheme]:
                raise ValueError("an encrypted track is whole blocks, at most 256 bytes")


SealedPayment = SealedByRoom | SealedByReader


@dataclass(frozen=True, slots=True, repr=False)
class SealedCard:
    """A card that was read: what may be known of it, and what only the processor can open."""

    facts: CardFacts
    payment: SealedPayment


class ReadFailure(Enum):
    """Why the card room has no card for us: the closed set of reasons that crosses its door."""

    NO_CARD = 1  # nobody presented a card in time
    UNREADABLE = 2  # three reads failed: damaged card, or not a bank card's track
    CHIP_REQUIRED = 3  # the stripe says the card has a chip: it is to be inserted
    NOT_A_BANK_CARD = 4  # a loyalty, gift or badge card: refused and wiped
    READER_ABSENT = 5  # the device is not there or hung up
    READER_STALLED = 6  # a frame began and stopped in the middle
    READER_BUSY = 7  # another program holds the device
    KEY_REFUSED = 8  # the sealing key is not signed by the root, rolled back or expired
    ROOM_LOST = 9  # the room ended without an answer
    ROOM_FAULT = 10  # the room met something it has no other word for
    READER_IN_CLEAR = 11  # a reader that should encrypt sent a track in clear: no key in it, or encryption off
    CHIP_DECLINED = 12  # the chip, or the rules for it, said no before anything was sent
    CHIP_FAILED = 13  # the chip could not be read: its stripe may be swiped instead (fallback)
    CARD_REMOVED = 14  # pulled before anything was sent
    CARD_BLOCKED = 15  # the issuer blocked the card, or its only application
    READER_LOGGED = 16  # pcscd writes every exchange into its log: no card is read while it does
    CARD_LEFT = 17  # a card lay in the reader from before, and was not taken out: it pays for nobody
    SURROUNDINGS = 18  # this machine could carry the card out of memory (domain/surroundings.py): none is asked for
