"""Flip any bit of what was sealed, asked or bound: no charge, and no row."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw_sim.processor.modes import Mode
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor.conftest import Counter, Store
from tests.hw_sim.processor.encrypting import Encrypting
from tests.hw_sim.processor.terminal import answer_of, clear_text, fresh_key

NO_CHARGE = {"UNREADABLE", "BINDING", "MALFORMED"}
FLIPPABLE_BY_READER = ("ksn", "track1", "track2")
FLIPPABLE = {
    "ciphertext": 1648,
    "key_id": 8,
    "payment_salt": 16,
    "order_digest": 32,
    "signature": 64,
    "key": 16,
}


Signed = pb.RoomSealed | pb.ReaderSealed | pb.DualSignature | pb.AuthoriseRequest


def flip(raw: bytes, bit: int) -> bytes:
    return (int.from_bytes(raw, "big") ^ (1 << bit)).to_bytes(len(raw), "big")


def holder(request: pb.AuthoriseRequest, field: str) -> Signed:
    if field in FLIPPABLE_BY_READER:
        return request.payment.reader
    if field in {"ciphertext", "key_id"}:
        return request.payment.room
    return request if field == "key" else request.binding


@pytest.mark.parametrize("field", FLIPPABLE)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_leaves_no_charge(counter: Counter, field: str, data: st.DataObject) -> None:
    request = counter.terminal.authorise(fresh_key(), counter.fence)
    where = holder(request, field)
    setattr(where, field, flip(getattr(where, field), data.draw(st.integers(0, FLIPPABLE[field] * 8 - 1))))
    assert answer_of(counter.desk.authorise(counter.till, request, Mode())) in NO_CHARGE
    assert counter.ledger.entries() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.integers(1, 99_999_999), currency=st.integers(1, 999))
def test_another_amount_or_currency_than_sealed_does_not_open(counter: Counter, cents: int, currency: int) -> None:
    request = counter.terminal.authorise(fresh_key(), counter.fence)
    if (cents, currency) == (request.amount.cents, request.amount.currency):
        return
    request.amount.cents, request.amount.currency = cents, currency
    assert answer_of(counter.desk.authorise(counter.till, request, Mode())) == "BINDING"
    request.binding.CopyFrom(counter.terminal.bind(request.key, request.payment, cents, currency))
    assert answer_of(counter.desk.authorise(counter.till, request, Mode())) == "UNREADABLE"
    assert counter.ledger.entries() == []


@pytest.fixture(name="by_reader")
def asked_with_a_card_that_the_reader_sealed(store: Store, counter: Counter) -> pb.AuthoriseRequest:
    reader = Encrypting((store.folder / "base.key").read_bytes())
    return counter.terminal.authorise(fresh_key(), counter.fence, payment=reader.seal())


@pytest.mark.parametrize("field", [*FLIPPABLE_BY_READER, "payment_salt", "order_digest", "signature", "key"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_beside_what_a_reader_sealed_leaves_no_charge(
    counter: Counter, by_reader: pb.AuthoriseRequest, field: str, data: st.DataObject
) -> None:
    request = pb.AuthoriseRequest.FromString(by_reader.SerializeToString())
    where = holder(request, field)
    raw = getattr(where, field)
    setattr(where, field, flip(raw, data.draw(st.integers(0, len(raw) * 8 - 1))))
    assert answer_of(counter.desk.authorise(counter.till, request, Mode())) in NO_CHARGE
    assert counter.ledger.entries() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.integers(1, 99_999_999), currency=st.integers(1, 999))
def test_another_amount_or_currency_than_signed_beside_what_a_reader_sealed(
    counter: Counter, by_reader: pb.AuthoriseRequest, cents: int, currency: int
) -> None:
    """A reader seals for no amount: the terminal's signature alone holds the two together."""
    request = pb.AuthoriseRequest.FromString(by_reader.SerializeToString())
    if (cents, currency) == (request.amount.cents, request.amount.currency):
        return
    request.amount.cents, request.amount.currency = cents, currency
    assert answer_of(counter.desk.authorise(counter.till, request, Mode())) == "BINDING"
    assert counter.ledger.entries() == []


@pytest.mark.parametrize("change", [{"variant": 1}, {"variant": 2}, {"mode": 1}])
def test_what_a_reader_sealed_is_read_in_no_other_way(
    counter: Counter, by_reader: pb.AuthoriseRequest, change: dict[str, int]
) -> None:
    for field, value in change.items():
        setattr(by_reader.payment.reader, field, value)
    assert answer_of(counter.desk.authorise(counter.till, by_reader, Mode())) == "BINDING"
    assert counter.ledger.entries() == []


def test_halves_cannot_be_swapped(counter: Counter) -> None:
    one, two = (counter.terminal.authorise(fresh_key(), counter.fence) for _ in range(2))
    one.payment.CopyFrom(two.payment)
    assert answer_of(counter.desk.authorise(counter.till, one, Mode())) == "BINDING"
    one.binding.CopyFrom(counter.terminal.bind(one.key, one.payment))  # even the terminal itself cannot
    assert answer_of(counter.desk.authorise(counter.till, one, Mode())) == "UNREADABLE"


@pytest.mark.parametrize(
    "clear",
    [
        bytes(512),
        b"\x01" + clear_text(b"4921817844445119=49121010000")[1:],
        clear_text(b"4921817844445119=49121010000", entry_mode=9),
        clear_text(b"4921817844445119=49121010000", entry_mode=pb.ENTRY_MODE_CHIP),  # the request says magstripe
        clear_text(b"4921817844445119=49121010000", content=1),
        clear_text(b"4921817844445119=49121010000", content=3),
        clear_text(b";4921817844445119=49121010000?"),
        clear_text(b"not a card"),
        clear_text(b"4921817844445119=49121010000")[:-1] + b"\x01",
        b"\x02\x01\x02\x01\xff" + b"9" * 507,
    ],
)
def test_another_layout_than_agreed_is_unreadable(counter: Counter, clear: bytes) -> None:
    key = fresh_key()
    request = counter.terminal.authorise(key, counter.fence)
    request.payment.CopyFrom(counter.terminal.seal(clear, key, 1999))
    request.binding.CopyFrom(counter.terminal.bind(key, request.payment))
    assert answer_of(counter.desk.authorise(counter.till, request, Mode())) == "UNREADABLE"
    assert counter.ledger.entries() == []
