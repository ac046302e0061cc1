"""GENERATE AC (EMV 4.4 book 3, 6.5.5 and 10.8; book 2, 6.6): the card's own verdict, signed with it under CDA."""

import hashlib
import hmac
from dataclasses import dataclass

from drivers.pcsc.certificates import AuthenticationFailedError, recover
from drivers.pcsc.oda import DYNAMIC, dynamic_data, dynamic_number
from drivers.pcsc.session import PublicKey, Session, Step, send
from pos_bridge.wire.apdu import Command
from pos_bridge.wire.emv_dol import Wanted, parse_dol
from pos_bridge.wire.emv_results import KIND_MASK, Cryptogram, Tsi, Tvr
from pos_bridge.wire.emv_tags import Tag
from pos_bridge.wire.tlv import Item, TlvError, once, only, parse, parse_with_bytes

_GENERATE_AC, _SIGNED = 0xAE, 0x10
_ATC, _CRYPTOGRAM, _MAX_ISSUER_DATA = 2, 8, 32
_FORMAT_1_LENGTHS = range(11, 12 + _MAX_ISSUER_DATA)
_HASH = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is None for a value that EMV keeps for later. `proven` is False where a signature was due and is wrong."""

    kind: Cryptogram | None
    proven: bool


def generate(session: Session, wanted: Cryptogram, dol: tuple[Wanted, ...]) -> Step[Verdict | None]:
    """Asks for a cryptogram; what came is in the session. None: the card refused, or its answer is broken."""
    _hash_for_certificate(session, dol)
    values = session.fill(dol)
    session.hashed += values
    key = session.combined_key if wanted is not Cryptogram.AAC else None
    signed = _SIGNED if key else 0
    response = yield from send(Command(0x80, _GENERATE_AC, wanted | signed, 0x00, values))
    try:
        if not response.ok:
            return None
        found, covered = _answer(response.data)
    except TlvError:
        return None
    number = found[Tag.CRYPTOGRAM_KIND][0] & KIND_MASK
    kind = Cryptogram(number) if number in _KINDS else None
    proven = True
    if key and kind is not Cryptogram.AAC:
        proven = _check(session, key, found, covered)
    if Tag.CRYPTOGRAM not in found and proven:
        return None
    session.card.update(found)
    session.tsi |= Tsi.CARD_RISK_MANAGEMENT
    return Verdict(kind, proven)


_KINDS = frozenset(kind.value for kind in Cryptogram)
_OWN_OF_ANSWER = (
    Tag.CRYPTOGRAM_KIND,
    Tag.ATC,
    Tag.CRYPTOGRAM,
    Tag.ISSUER_APPLICATION_DATA,
    Tag.SIGNED_DYNAMIC_DATA,
)


def _answer(raw: bytes) -> tuple[dict[int, bytes], bytes]:
    """What it says by tag, and the bytes that a signature over it covers. Raises TlvError."""
    items = parse(raw)
    if len(items) == 1 and items[0].tag == Tag.FORMAT_1:
        value = items[0].value
        if len(value) not in _FORMAT_1_LENGTHS:
            raise TlvError("a cryptogram of another length")
        parts = (Tag.CRYPTOGRAM_KIND, 1), (Tag.ATC, _ATC), (Tag.CRYPTOGRAM, _CRYPTOGRAM)
        found: dict[int, bytes] = {}
        for tag, length in parts:
            found[tag], value = value[:length], value[length:]
        return {**found, **({Tag.ISSUER_APPLICATION_DATA: value} if value else {})}, b""
    inside = only(raw, Tag.FORMAT_2)
    everything = once(parse(inside))
    found = {tag: everything[tag] for tag in _OWN_OF_ANSWER if tag in everything}
    lengths = (Tag.CRYPTOGRAM_KIND, 1), (Tag.ATC, _ATC)
    if any(len(found.get(tag, b"")) != length for tag, length in lengths):
        raise TlvError("a cryptogram without its kind or counter")
    if len(found.get(Tag.CRYPTOGRAM, bytes(_CRYPTOGRAM))) != _CRYPTOGRAM:
        raise TlvError("a cryptogram of another length")
    if len(found.get(Tag.ISSUER_APPLICATION_DATA, b"")) > _MAX_ISSUER_DATA:
        raise TlvError("issuer application data of more than 32 bytes")
    return found, _covered(inside)


def _covered(inside: bytes) -> bytes:
    """Book 2, 6.6.1: everything in the answer but the signature, in the card's own bytes and order."""
    objects: tuple[tuple[Item, bytes], ...] = parse_with_bytes(inside)
    return b"".join(raw for item, raw in objects if item.tag != Tag.SIGNED_DYNAMIC_DATA)


def _check(session: Session, key: PublicKey, found: dict[int, bytes], covered: bytes) -> bool:
    """CDA (book 2, 6.6.2): puts the signed cryptogram into `found`. False, and the TVR says so, where it is wrong."""
    session.tsi |= Tsi.ODA
    try:
        signature = found.get(Tag.SIGNED_DYNAMIC_DATA, b"")
        inside = recover(key, signature, DYNAMIC, session.own[Tag.UNPREDICTABLE])
        number, rest = dynamic_number(dynamic_data(inside))
        kind, cryptogram, told = rest[:1], rest[1:9], rest[9:29]
        digest = hashlib.sha1(session.hashed + covered, usedforsecurity=False).digest()
        if kind != found[Tag.CRYPTOGRAM_KIND] or len(told) != _HASH or not hmac.compare_digest(told, digest):
            raise AuthenticationFailedError  # noqa: TRY301 - recover raises the same for the same reason
    except AuthenticationFailedError:
        session.tvr |= Tvr.CDA_FAILED
        session.combined_key = None
        return False
    found[Tag.ICC_DYNAMIC_NUMBER] = number
    found[Tag.CRYPTOGRAM] = cryptogram
    return True


def _hash_for_certificate(session: Session, dol: tuple[Wanted, ...]) -> None:
    """Where the card wants a TC hash (98), it is made of its list of objects for it, or of ours (book 3, 5.4)."""
    if Tag.TC_HASH not in {wanted.tag for wanted in dol}:
        return
    written = session.card.get(Tag.TDOL)
    if written is None:
        session.tvr |= Tvr.DEFAULT_TDOL
    tdol = session.application.tdol if written is None else parse_dol(written)
    session.own[Tag.TC_HASH] = hashlib.sha1(session.fill(tdol), usedforsecurity=False).digest()
