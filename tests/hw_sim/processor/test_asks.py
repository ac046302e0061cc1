"""Every stated length and range is enforced; nothing a till sends makes the checks fail in any other way."""

import contextlib
from collections.abc import Callable

import pytest
from google.protobuf.message import DecodeError, Message
from hypothesis import given, settings
from hypothesis import strategies as st

from hw_sim.processor import asks
from hw_sim.processor.asks import MalformedError
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.terminal import fresh_key

READER = pb.ReaderSealed(
    scheme=pb.ReaderSealed.SCHEME_AES,
    variant=pb.ReaderSealed.VARIANT_PIN,
    mode=pb.ReaderSealed.MODE_CBC_CHAINED,
    ksn=bytes(12),
    track1=bytes(256),
)


def authorise() -> pb.AuthoriseRequest:
    return pb.AuthoriseRequest(
        context=terminal.context(1, terminal.row(4)),
        key=fresh_key(),
        amount=pb.Money(cents=99_999_999, currency=999),
        flow=pb.AuthoriseRequest.FLOW_ONE_MESSAGE,
        entry_mode=pb.ENTRY_MODE_MAGSTRIPE_FALLBACK,
        not_after_ms=1,
        payment=pb.SealedPayment(room=pb.RoomSealed(key_id=bytes(8), ciphertext=bytes(1648))),
        binding=pb.DualSignature(payment_salt=bytes(16), order_digest=bytes(32), signature=bytes(64)),
    )


def changed(path: str, value: object) -> pb.AuthoriseRequest:
    request = authorise()
    *parents, name = path.split(".")
    where: Message = request
    for parent in parents:
        where = getattr(where, parent)
    if value is None:
        where.ClearField(name)
    else:
        setattr(where, name, value)
    return request


def test_a_request_at_its_bounds_is_taken() -> None:
    ask = asks.authorise(authorise())
    assert (ask.money.cents, ask.one_message, ask.context.head.sequence) == (99_999_999, True, 4)
    with_reader = authorise()
    with_reader.payment.reader.CopyFrom(READER)
    assert isinstance(asks.authorise(with_reader).card.payment, asks.ReaderSealed)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("context", None),
        ("context.journal", None),
        ("context.journal.hash", bytes(31)),
        ("context.journal.hash", bytes(32)),  # the hash of no row, with a row's number
        ("context.journal.sequence", 0),
        ("context.journal.sequence", 2**63),
        ("key", b""),
        ("key", bytes(16)),  # no UUID of version 4
        ("key", bytes(17)),
        ("amount", None),
        ("amount.cents", 0),
        ("amount.cents", -1),
        ("amount.cents", 100_000_000),
        ("amount.currency", 0),
        ("amount.currency", 1000),
        ("flow", 0),
        ("flow", 3),
        ("entry_mode", 0),
        ("entry_mode", 5),
        ("not_after_ms", 0),
        ("not_after_ms", 2**53),
        ("payment", None),
        ("payment.room", None),
        ("payment.room.key_id", bytes(7)),
        ("payment.room.ciphertext", bytes(1391)),
        ("binding", None),
        ("binding.payment_salt", bytes(15)),
        ("binding.order_digest", bytes(33)),
        ("binding.signature", bytes(63)),
    ],
)
def test_a_field_out_of_bounds_is_malformed(path: str, value: object) -> None:
    with pytest.raises(MalformedError):
        asks.authorise(changed(path, value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scheme", 0),
        ("scheme", 1),
        ("variant", 4),
        ("mode", 0),
        ("ksn", bytes(10)),
        ("track1", bytes(257)),
        ("track1", bytes(15)),
        ("track1", bytes(272)),
        ("track1", b""),
    ],
)
def test_a_readers_seal_out_of_bounds_is_malformed(name: str, value: object) -> None:
    request = authorise()
    request.payment.reader.CopyFrom(READER)
    setattr(request.payment.reader, name, value)
    with pytest.raises(MalformedError):
        asks.authorise(request)


UNKNOWN_FIELD = b"\xba\x3e\x0bJane Client"  # field 999, a string


@pytest.mark.parametrize("inside", ["", "context", "amount", "payment.room", "binding"])
def test_a_field_this_protocol_does_not_have_is_refused(inside: str) -> None:
    request = authorise()
    where: Message = request
    for name in filter(None, inside.split(".")):
        where = getattr(where, name)
    where.MergeFromString(UNKNOWN_FIELD)
    with pytest.raises(MalformedError):
        asks.authorise(request)


READERS: list[tuple[type[Message], Callable[..., object]]] = [
    (pb.AuthoriseRequest, asks.authorise),
    (pb.CaptureRequest, asks.capture),
    (pb.ReverseByKeyRequest, asks.reverse),
    (pb.RefundRequest, asks.refund),
    (pb.LookUpRequest, asks.look_up),
    (pb.OpenSessionRequest, asks.open_session),
]


@pytest.mark.parametrize(("kind", "read"), READERS)
@settings(max_examples=60, deadline=None)
@given(raw=st.binary(max_size=200), cut=st.integers(0, 1700), flaw=st.tuples(st.integers(0, 1700), st.integers(0, 255)))
def test_any_bytes_are_an_ask_or_malformed(
    kind: type[Message], read: Callable[..., object], raw: bytes, cut: int, flaw: tuple[int, int]
) -> None:
    valid = bytearray(authorise().SerializeToString())
    valid[flaw[0] % len(valid)] = flaw[1]
    for candidate in (raw, bytes(valid), bytes(valid[:cut])):
        try:
            message = kind.FromString(candidate)
        except DecodeError:
            continue
        with contextlib.suppress(MalformedError):
            read(message)
