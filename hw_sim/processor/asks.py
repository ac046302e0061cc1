"""What a till asks, as values: a request of processor_v1.proto after every length and range was checked.

Pure: protobuf in, frozen values out, or MalformedError. Nothing is taken on trust and nothing is repaired.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from google.protobuf.message import Message

from hw_sim.processor.facts import DIGEST_LENGTH, NO_HASH, EntryMode, Head, Money
from pos_bridge.protocol import processor_v1_pb2 as pb

KEY_LENGTH = 16
_KEY_ID_LENGTH = 8
_CIPHERTEXT_LENGTH = 1648
_SALT_LENGTH = 16
_SIGNATURE_LENGTH = 64
_MAX_TRACK = 256
_MAX_SEQUENCE = 2**63
_MAX_TIME_MS = 2**53
_UUID_RANDOM = 4
_FLOWS = frozenset({pb.AuthoriseRequest.FLOW_TWO_MESSAGES, pb.AuthoriseRequest.FLOW_ONE_MESSAGE})
# Key serial number and cipher block of each scheme, bytes.
_READER_LENGTHS = {pb.ReaderSealed.SCHEME_TDES: (10, 8), pb.ReaderSealed.SCHEME_AES: (12, 16)}
_VARIANTS = frozenset({pb.ReaderSealed.VARIANT_PIN, pb.ReaderSealed.VARIANT_DATA, pb.ReaderSealed.VARIANT_DATA_ONE_WAY})
_MODES = frozenset({pb.ReaderSealed.MODE_CBC_PER_TRACK, pb.ReaderSealed.MODE_CBC_CHAINED})


class MalformedError(Exception):
    """A field breaks its stated length or range. Never says what was in it."""


@dataclass(frozen=True, slots=True)
class Context:
    fence: int
    head: Head


@dataclass(frozen=True, slots=True, repr=False)
class RoomSealed:
    key_id: bytes
    ciphertext: bytes

    def hashed(self) -> bytes:
        """What payment_digest is over, after its tag and salt (DualSignature in processor_v1.proto)."""
        return b"\x01" + self.key_id + self.ciphertext


@dataclass(frozen=True, slots=True, repr=False)
class ReaderSealed:
    scheme: int
    variant: int
    mode: int
    ksn: bytes
    track1: bytes
    track2: bytes

    def hashed(self) -> bytes:
        head = bytes((0x02, self.scheme, self.variant, self.mode, len(self.ksn)))
        tracks = b"".join(len(track).to_bytes(2, "big") + track for track in (self.track1, self.track2))
        return head + self.ksn + tracks


@dataclass(frozen=True, slots=True, repr=False)
class Binding:
    payment_salt: bytes
    order_digest: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Presented:
    """A card as it was read for one request: sealed, and bound to its key, amount and order."""

    entry_mode: EntryMode
    payment: RoomSealed | ReaderSealed
    binding: Binding


@dataclass(frozen=True, slots=True, repr=False)
class Authorise:
    """`request` recognises a resend: a digest of all but context and deadline, which say when, not what, is asked."""

    context: Context
    key: bytes
    money: Money
    partial_ok: bool
    one_message: bool
    not_after_ms: int
    card: Presented
    request: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Capture:
    context: Context
    key: bytes
    money: Money


@dataclass(frozen=True, slots=True, repr=False)
class Reverse:
    context: Context
    key: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Refund:
    """`request` as in Authorise. `card` is None for one by reference."""

    context: Context
    key: bytes
    sale_key: bytes
    money: Money
    not_after_ms: int
    card: Presented | None
    request: bytes


@dataclass(frozen=True, slots=True)
class Reconcile:
    """`after` is the key behind which the listing goes on, None at its beginning."""

    from_ms: int
    after: bytes | None


def authorise(request: pb.AuthoriseRequest) -> Authorise:
    _check_known_fields(request)
    _check(request.flow in _FLOWS)
    return Authorise(
        context=_context(request),
        key=leg_key(request.key),
        money=_money(request),
        partial_ok=request.partial_ok,
        one_message=request.flow == pb.AuthoriseRequest.FLOW_ONE_MESSAGE,
        not_after_ms=_time(request.not_after_ms),
        card=_presented(request),
        request=_digest(b"authorise", request),
    )


def capture(request: pb.CaptureRequest) -> Capture:
    _check_known_fields(request)
    return Capture(_context(request), leg_key(request.key), _money(request))


def reverse(request: pb.ReverseByKeyRequest) -> Reverse:
    _check_known_fields(request)
    return Reverse(_context(request), leg_key(request.key))


def refund(request: pb.RefundRequest) -> Refund:
    _check_known_fields(request)
    return Refund(
        context=_context(request),
        key=leg_key(request.key),
        sale_key=leg_key(request.sale_key),
        money=_money(request),
        not_after_ms=_time(request.not_after_ms),
        card=_presented(request) if _has_card(request) else None,
        request=_digest(b"refund", request),
    )


def look_up(request: pb.LookUpRequest) -> bytes:
    _check_known_fields(request)
    return leg_key(request.key)


def reconcile(request: pb.ReconcileRequest) -> Reconcile:
    _check_known_fields(request)
    _check(request.from_ms < _MAX_TIME_MS)
    return Reconcile(request.from_ms, leg_key(request.after_key) if request.after_key else None)


def open_session(request: pb.OpenSessionRequest) -> Head:
    _check_known_fields(request)
    _check(request.HasField("journal"))
    return _head(request.journal)


def leg_key(raw: bytes) -> bytes:
    """A key: the 16 bytes of a random UUID (RFC 9562, version 4)."""
    _check(len(raw) == KEY_LENGTH and UUID(bytes=raw).version == _UUID_RANDOM)
    return raw


def _check(fits: bool) -> None:  # noqa: FBT001 - an assertion that is never compiled away
    if not fits:
        raise MalformedError("a field breaks its stated length or range")


def _check_known_fields(request: Message) -> None:
    """Fields this protocol does not have are where a name could travel: refused, not ignored."""
    known = type(request)()
    known.CopyFrom(request)
    known.DiscardUnknownFields()
    _check(known.ByteSize() == request.ByteSize())


def _context(request: pb.AuthoriseRequest | pb.CaptureRequest | pb.ReverseByKeyRequest | pb.RefundRequest) -> Context:
    _check(request.HasField("context") and request.context.HasField("journal"))
    return Context(request.context.fence, _head(request.context.journal))


def _head(head: pb.JournalHead) -> Head:
    _check(len(head.hash) == DIGEST_LENGTH and head.sequence < _MAX_SEQUENCE)
    _check((head.sequence == 0) is (head.hash == NO_HASH))
    return Head(head.sequence, head.hash)


def _money(request: pb.AuthoriseRequest | pb.CaptureRequest | pb.RefundRequest) -> Money:
    _check(request.HasField("amount"))
    try:
        return Money(request.amount.cents, request.amount.currency)
    except ValueError:
        raise MalformedError("an amount or currency out of range") from None


def _entry_mode(number: int) -> EntryMode:
    try:
        return EntryMode(number)
    except ValueError:
        raise MalformedError("not an entry mode") from None


def _time(milliseconds: int) -> int:
    _check(0 < milliseconds < _MAX_TIME_MS)
    return milliseconds


def _has_card(request: pb.RefundRequest) -> bool:
    """All three parts of a card that is present, or none: what is there in part is malformed."""
    return bool(request.entry_mode or request.HasField("payment") or request.HasField("binding"))


def _presented(request: pb.AuthoriseRequest | pb.RefundRequest) -> Presented:
    return Presented(_entry_mode(request.entry_mode), _payment(request), _binding(request))


def _binding(request: pb.AuthoriseRequest | pb.RefundRequest) -> Binding:
    _check(request.HasField("binding"))
    binding = request.binding
    _check(len(binding.payment_salt) == _SALT_LENGTH and len(binding.order_digest) == DIGEST_LENGTH)
    _check(len(binding.signature) == _SIGNATURE_LENGTH)
    return Binding(binding.payment_salt, binding.order_digest, binding.signature)


def _payment(request: pb.AuthoriseRequest | pb.RefundRequest) -> RoomSealed | ReaderSealed:
    match request.payment.WhichOneof("sealed_by"):
        case "room":
            room = request.payment.room
            _check(len(room.key_id) == _KEY_ID_LENGTH and len(room.ciphertext) == _CIPHERTEXT_LENGTH)
            return RoomSealed(room.key_id, room.ciphertext)
        case "reader":
            reader = request.payment.reader
            _check(reader.scheme in _READER_LENGTHS and reader.variant in _VARIANTS and reader.mode in _MODES)
            ksn_length, block = _READER_LENGTHS[reader.scheme]
            _check(len(reader.ksn) == ksn_length and bool(reader.track1 or reader.track2))
            for track in (reader.track1, reader.track2):
                _check(len(track) <= _MAX_TRACK and len(track) % block == 0)
            return ReaderSealed(reader.scheme, reader.variant, reader.mode, reader.ksn, reader.track1, reader.track2)
        case _:
            raise MalformedError("no sealed payment")


def _digest(tag: bytes, request: pb.AuthoriseRequest | pb.RefundRequest) -> bytes:
    rest = type(request).FromString(request.SerializeToString())
    rest.ClearField("context")
    rest.ClearField("not_after_ms")
    return hashlib.sha256(tag + rest.SerializeToString(deterministic=True)).digest()
