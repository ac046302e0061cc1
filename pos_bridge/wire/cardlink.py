"""The card link: what engine and card room say to each other, one message a packet, version 1.

The room may be hostile once it has met a hostile reader, so every message has one length or a tight bound and is
checked here, on the engine's side as on the room's. Card data never crosses: there is no message that could hold it.
"""

import struct
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from pos_bridge.domain.card import (
    Brand,
    CardFacts,
    ChainMode,
    EntryMode,
    ReadFailure,
    Scheme,
    SealedByReader,
    SealedByRoom,
    SealedCard,
    Variant,
)
from pos_bridge.domain.chip import IssuerAnswer, SecondAnswer
from pos_bridge.domain.money import MAX_CENTS
from pos_bridge.domain.sealing_key import SealingKey

MAX_MESSAGE = 8192
MAX_DRIVER = 32
MAX_DEVICE = 255
MAX_PROMPT_MS = 600_000
LEG_KEY_LENGTH = 16


class LinkError(Exception):
    """A packet that is not a message of this link. Says what kind of fault, never what was in it."""


class ReaderState(Enum):
    """What a reader's device looks like, asked without arming it."""

    PRESENT = 1
    ABSENT = 2
    BUSY = 3


class Notice(Enum):
    """What the customer should be shown while the room goes on waiting."""

    SWIPE_AGAIN = 1
    CARD_INSERTED = 2  # a chip card is in this reader: the others are let go


# ---- engine to room ----


@dataclass(frozen=True, slots=True)
class Status:
    """Is the reader there? Answered by ReaderIs; the room then ends."""

    driver: str
    device: str

    def __post_init__(self) -> None:
        _check_reader(self.driver, self.device)


@dataclass(frozen=True, slots=True, repr=False)
class Read:
    """Arm the reader, read one card, seal it for this leg. Answered by Armed, Show*, then Sealed or Failed."""

    driver: str
    device: str
    prompt_ms: int
    leg_key: bytes
    cents: int
    currency: int
    sealing_key: SealingKey
    local_time: int  # yymmddhhmmss in the store's own time, as decimal digits
    refund: bool = False
    fallback: bool = False  # the chip could not be read: a stripe that says *chip* counts, and is flagged
    pin_pad: str = ""  # the device of a PIN pad that belongs to a chip reader; empty: none

    def __post_init__(self) -> None:
        _check_reader(self.driver, self.device)
        if not 0 < self.prompt_ms <= MAX_PROMPT_MS:
            raise ValueError("a prompt lasts 1 to 600000 ms")
        if len(self.leg_key) != LEG_KEY_LENGTH:
            raise ValueError("a leg key has 16 bytes")
        if not (0 < self.cents <= MAX_CENTS and 0 < self.currency <= 999):  # noqa: PLR2004 - ISO 4217 has three digits
            raise ValueError("amount or currency out of range")


@dataclass(frozen=True, slots=True)
class Issuer:
    """After Sealed of a chip: what its issuer said. Answered by CardSaid; the room then ends."""

    answer: IssuerAnswer


@dataclass(frozen=True, slots=True)
class Finish:
    """Withdraw: switch the reader's lamp off, wipe, and end without an answer."""


# ---- room to engine ----


@dataclass(frozen=True, slots=True)
class Ready:
    """The room is started and locked down. `locks` has a bit for each lock in force (card/lockdown.py)."""

    locks: int

    def __post_init__(self) -> None:
        if not 0 <= self.locks < 2**32:
            raise ValueError("locks is a 32-bit set")


@dataclass(frozen=True, slots=True)
class Armed:
    """The reader is flushed and listening: from now on a card counts."""


@dataclass(frozen=True, slots=True)
class Show:
    notice: Notice


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    card: SealedCard


@dataclass(frozen=True, slots=True)
class CardSaid:
    """The chip's last word, after Issuer."""

    answer: SecondAnswer


@dataclass(frozen=True, slots=True)
class Failed:
    reason: ReadFailure


@dataclass(frozen=True, slots=True)
class ReaderIs:
    state: ReaderState


Request = Status | Read | Issuer | Finish
Report = Ready | Armed | Show | Sealed | CardSaid | Failed | ReaderIs

_READ = struct.Struct(">BIQH16s8sIQ1216s64s")  # tag, prompt, cents, currency, leg key, then the sealing key's fields
_READY = struct.Struct(">BI")
_SEALED = struct.Struct(">BBHB8s1648s")  # tag, brand, last four, entry mode, key id, ciphertext
# tag, brand, last four, entry mode, scheme, variant, mode, lengths of serial number and both tracks, then these three
_SEALED_BY_READER = struct.Struct(">BBHBBBBBHH")
_BYTE = struct.Struct(">BB")

_STATUS_TAG, _READ_TAG, _FINISH_TAG = 0x01, 0x02, 0x03
_READY_TAG, _ARMED_TAG, _SHOW_TAG, _SEALED_TAG, _FAILED_TAG, _READER_TAG = 0x81, 0x82, 0x83, 0x84, 0x85, 0x86
_SEALED_BY_READER_TAG = 0x87


def encode_request(message: Request) -> bytes:
    match message:
        case Status(driver, device):
            return bytes((_STATUS_TAG,)) + _reader_bytes(driver, device)
        case Read():
            key = message.sealing_key
            return _READ.pack(
                _READ_TAG,
                message.prompt_ms,
                message.cents,
                message.currency,
                message.leg_key,
                key.key_id,
                key.epoch,
                key.not_after_s,
                key.public_key,
                key.signature,
            ) + _reader_bytes(message.driver, message.device)
        case Finish():
            return bytes((_FINISH_TAG,))
        case _:
            assert_never(message)


def decode_request(packet: bytes) -> Request:
    """The room's ear. Raises LinkError for anything that is not exactly one request."""
    try:
        match packet[:1]:
            case b"\x01":
                return Status(*_reader_names(packet[1:]))
            case b"\x02":
                _, prompt_ms, cents, currency, leg_key, *key = _READ.unpack_from(packet)
                driver, device = _reader_names(packet[_READ.size :])
                return Read(driver, device, prompt_ms, leg_key, cents, currency, SealingKey(*key))
            case b"\x03" if len(packet) == 1:
                return Finish()
            case _:
                raise LinkError("not a request of this link")
    except (ValueError, struct.error):
        raise LinkError("a request of this link with a field out of range") from None


def encode_report(message: Report) -> bytes:
    match message:
        case Ready(locks):
            return _READY.pack(_READY_TAG, locks)
        case Armed():
            return bytes((_ARMED_TAG,))
        case Show(notice):
            return _BYTE.pack(_SHOW_TAG, notice.value)
        case Sealed(card):
            return _sealed_bytes(card)
        case Failed(reason):
            return _BYTE.pack(_FAILED_TAG, reason.value)
        case ReaderIs(state):
            return _BYTE.pack(_READER_TAG, state.value)
        case _:
            assert_never(message)


def decode_report(packet: bytes) -> Report:
    """The engine's ear. Raises LinkError for anything that is not exactly one report."""
    try:
        match packet[:1]:
            case b"\x81":
                return Ready(_READY.unpack(packet)[1])
            case b"\x82" if len(packet) == 1:
                return Armed()
            case b"\x83":
                return Show(Notice(_BYTE.unpack(packet)[1]))
            case b"\x84":
                _, brand, last_four, mode, key_id, ciphertext = _SEALED.unpack(packet)
                facts = CardFacts(Brand(brand), last_four, EntryMode(mode))
                return Sealed(SealedCard(facts, SealedByRoom(key_id, ciphertext)))
            case b"\x87":
                return Sealed(_sealed_by_reader(packet))
            case b"\x85":
                return Failed(ReadFailure(_BYTE.unpack(packet)[1]))
            case b"\x86":
                return ReaderIs(ReaderState(_BYTE.unpack(packet)[1]))
            case _:
                raise LinkError("not a report of this link")
    except (ValueError, struct.error):
        raise LinkError("a report of this link with a field out of range") from None


def _sealed_bytes(card: SealedCard) -> bytes:
    facts = (card.facts.brand.value, card.facts.last_four, card.facts.entry_mode.value)
    match card.payment:
        case SealedByRoom(key_id, ciphertext):
            return _SEALED.pack(_SEALED_TAG, *facts, key_id, ciphertext)
        case SealedByReader(scheme, variant, mode, ksn, one, two):
            ways = (scheme.value, variant.value, mode.value)
            head = _SEALED_BY_READER.pack(_SEALED_BY_READER_TAG, *facts, *ways, len(ksn), len(one), len(two))
            return head + ksn + one + two
        case _:
            assert_never(card.payment)


def _sealed_by_reader(packet: bytes) -> SealedCard:
    _, brand, last_four, entry, scheme, variant, mode, ksn, one, two = _SEALED_BY_READER.unpack_from(packet)
    rest = packet[_SEALED_BY_READER.size :]
    if len(rest) != ksn + one + two:
        raise ValueError("a sealed card is cut short or has a tail")
    payment = SealedByReader(
        Scheme(scheme), Variant(variant), ChainMode(mode), rest[:ksn], rest[ksn : ksn + one], rest[ksn + one :]
    )
    return SealedCard(CardFacts(Brand(brand), last_four, EntryMode(entry)), payment)


def _check_reader(driver: str, device: str) -> None:
    if not (0 < len(driver) <= MAX_DRIVER and driver.isascii() and driver.isidentifier()):
        raise ValueError("a driver's name is an identifier of at most 32 characters")
    if not (0 < len(device.encode()) <= MAX_DEVICE and device.isprintable()):
        raise ValueError("a device is a path of at most 255 bytes")


def _reader_bytes(driver: str, device: str) -> bytes:
    return bytes((len(driver),)) + driver.encode() + device.encode()


def _reader_names(raw: bytes) -> tuple[str, str]:
    if not raw or len(raw) < 1 + raw[0]:
        raise ValueError("a reader's names are cut short")
    return raw[1 : 1 + raw[0]].decode(), raw[1 + raw[0] :].decode()
