"""The card link's messages as packets: one tag byte, then fields of fixed or tightly bounded length, big-endian.

Both ends decode with suspicion: LinkError for anything that is not exactly one message. A report's chip receipt holds
nothing but known AIDs and bits that mean something (domain/applications.py), or it is no report.
"""

import struct
from typing import assert_never

from pos_bridge.domain.applications import reveals_nothing
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
from pos_bridge.domain.chip import ChipReceipt, HostWord, IssuerAnswer, SecondAnswer, Verified
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.wire.cardlink import (
    Armed,
    CardSaid,
    Failed,
    Finish,
    Issuer,
    LinkError,
    Notice,
    Read,
    ReaderIs,
    ReaderState,
    Ready,
    Report,
    Request,
    Sealed,
    Show,
    Status,
)

# tag, prompt, cents, currency, leg key, the sealing key's fields, local time, refund, fallback; then the names
_READ = struct.Struct(">BIQH16s8sIQ1216s64sQBB")
_ISSUER = struct.Struct(">BB2sBH")  # tag, word, code, lengths of authentication and scripts; then these two
_READY = struct.Struct(">BI")
_SEALED = struct.Struct(">BBHB8s1648s")  # tag, brand, last four, entry mode, key id, ciphertext
# tag, brand, last four, entry mode, scheme, variant, mode, lengths of serial number and both tracks, then these three
_SEALED_BY_READER = struct.Struct(">BBHBBBBBHH")
_CARD_SAID = struct.Struct(">BBB5s2sB16s")  # tag, agreed, verified, TVR, TSI, length of the AID, AID and zeros
_BYTE = struct.Struct(">BB")

_STATUS_TAG, _READ_TAG, _FINISH_TAG, _ISSUER_TAG = 0x01, 0x02, 0x03, 0x04
_READY_TAG, _ARMED_TAG, _SHOW_TAG, _SEALED_TAG, _FAILED_TAG, _READER_TAG = 0x81, 0x82, 0x83, 0x84, 0x85, 0x86
_SEALED_BY_READER_TAG, _CARD_SAID_TAG = 0x87, 0x88
_NO, _YES = 0, 1
_NO_RECEIPT = (0, bytes(5), bytes(2), 0, bytes(16))


def encode_request(message: Request) -> bytes:
    match message:
        case Status(driver, device):
            return bytes((_STATUS_TAG,)) + _names(driver) + device.encode()
        case Read():
            return _read_bytes(message)
        case Issuer(IssuerAnswer(word, code, authentication, scripts)):
            head = _ISSUER.pack(_ISSUER_TAG, word.value, code, len(authentication), len(scripts))
            return head + authentication + scripts
        case Finish():
            return bytes((_FINISH_TAG,))
        case _:
            assert_never(message)


def decode_request(packet: bytes) -> Request:
    """The room's ear. Raises LinkError for anything that is not exactly one request."""
    try:
        match packet[:1]:
            case b"\x01":
                driver, device = _split_names(packet[1:], 1)
                return Status(driver, device)
            case b"\x02":
                return _read(packet)
            case b"\x03" if len(packet) == 1:
                return Finish()
            case b"\x04":
                return Issuer(_issuer_answer(packet))
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
        case CardSaid(SecondAnswer(agreed, receipt)):
            return _CARD_SAID.pack(_CARD_SAID_TAG, agreed, *_receipt_fields(receipt))
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
            case b"\x84" | b"\x87":
                return Sealed(_sealed(packet))
            case b"\x88":
                return CardSaid(_second_answer(packet))
            case b"\x85":
                return Failed(ReadFailure(_BYTE.unpack(packet)[1]))
            case b"\x86":
                return ReaderIs(ReaderState(_BYTE.unpack(packet)[1]))
            case _:
                raise LinkError("not a report of this link")
    except (ValueError, struct.error):
        raise LinkError("a report of this link with a field out of range") from None


# ---- what the engine says ----


def _read_bytes(ask: Read) -> bytes:
    key = ask.sealing_key
    head = _READ.pack(
        _READ_TAG,
        ask.prompt_ms,
        ask.cents,
        ask.currency,
        ask.leg_key,
        key.key_id,
        key.epoch,
        key.not_after_s,
        key.public_key,
        key.signature,
        ask.local_time,
        ask.refund,
        ask.fallback,
    )
    return head + _names(ask.driver, ask.device) + ask.pin_pad.encode()


def _read(packet: bytes) -> Read:
    _, prompt_ms, cents, currency, leg_key, *key, local_time, refund, fallback = _READ.unpack_from(packet)
    driver, device, pin_pad = _split_names(packet[_READ.size :], 2)
    return Read(
        driver,
        device,
        prompt_ms,
        leg_key,
        cents,
        currency,
        SealingKey(*key),
        local_time,
        refund=_flag(refund),
        fallback=_flag(fallback),
        pin_pad=pin_pad,
    )


def _issuer_answer(packet: bytes) -> IssuerAnswer:
    _, word, code, authentication, scripts = _ISSUER.unpack_from(packet)
    rest = packet[_ISSUER.size :]
    if len(rest) != authentication + scripts:
        raise ValueError("an issuer's answer is cut short or has a tail")
    return IssuerAnswer(HostWord(word), code, rest[:authentication], rest[authentication:])


def _names(*names: str) -> bytes:
    return b"".join(bytes((len(raw),)) + raw for raw in (name.encode() for name in names))


def _split_names(raw: bytes, count: int) -> list[str]:
    """`count` names with their lengths, and one that takes the rest."""
    names = []
    for _ in range(count):
        if not raw or len(raw) < 1 + raw[0]:
            raise ValueError("a reader's names are cut short")
        names.append(raw[1 : 1 + raw[0]].decode())
        raw = raw[1 + raw[0] :]
    return [*names, raw.decode()]


def _flag(byte: int) -> bool:
    if byte not in (_NO, _YES):
        raise ValueError("a flag is 0 or 1")
    return byte == _YES


# ---- what the room says ----


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


def _sealed(packet: bytes) -> SealedCard:
    if packet[0] == _SEALED_TAG:
        _, brand, last_four, entry, key_id, ciphertext = _SEALED.unpack(packet)
        return SealedCard(CardFacts(Brand(brand), last_four, EntryMode(entry)), SealedByRoom(key_id, ciphertext))
    _, brand, last_four, entry, scheme, variant, mode, ksn, one, two = _SEALED_BY_READER.unpack_from(packet)
    rest = packet[_SEALED_BY_READER.size :]
    if len(rest) != ksn + one + two:
        raise ValueError("a sealed card is cut short or has a tail")
    payment = SealedByReader(
        Scheme(scheme), Variant(variant), ChainMode(mode), rest[:ksn], rest[ksn : ksn + one], rest[ksn + one :]
    )
    return SealedCard(CardFacts(Brand(brand), last_four, EntryMode(entry)), payment)


def _receipt_fields(receipt: ChipReceipt | None) -> tuple[int, bytes, bytes, int, bytes]:
    if receipt is None:
        return _NO_RECEIPT
    return (receipt.verified.value, receipt.tvr, receipt.tsi, len(receipt.aid), receipt.aid)


def _second_answer(packet: bytes) -> SecondAnswer:
    _, agreed, *fields = _CARD_SAID.unpack(packet)
    if tuple(fields) == _NO_RECEIPT:
        return SecondAnswer(_flag(agreed))
    verified, tvr, tsi, length, aid = fields
    receipt = ChipReceipt(aid[:length], tvr, tsi, Verified(verified))
    if any(aid[length:]) or not reveals_nothing(receipt):
        raise ValueError("a receipt with something else in it")
    return SecondAnswer(_flag(agreed), receipt)
