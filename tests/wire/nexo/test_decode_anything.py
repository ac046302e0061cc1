"""Whatever bytes a till sends, decoding gives a typed answer: it never raises, and names fields by their path only."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.wire.nexo.decode import BadField, Decoded, Message, Rejected, decode
from pos_bridge.wire.nexo.words import FIELD_PATH
from tests.wire.nexo.anything import DEVICES, JSON, paths
from tests.wire.nexo.shapes import (
    abort,
    cash,
    encode,
    payment,
    reconciliation,
    refund,
    reversal,
    split,
    status,
    totals,
    with_field,
)


def _well_formed(read: Decoded) -> None:
    match read:
        case Rejected(_, field):
            assert field is None or FIELD_PATH.match(field)
        case BadField(_, _, field):
            assert FIELD_PATH.match(field)
        case Message():
            pass


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_a_typed_answer(raw):
    _well_formed(decode(raw))


BASES = [payment(), cash(), status(), abort(), refund(), reversal("5"), split("5", "5"), totals(), reconciliation()]
BASES += DEVICES


@given(st.data(), JSON)
@settings(max_examples=250, deadline=None)
def test_a_message_with_any_field_replaced_gives_a_typed_answer(data, value):
    base = data.draw(st.sampled_from(BASES))
    path = data.draw(st.sampled_from(sorted(paths(base["SaleToPOIRequest"]))))
    _well_formed(decode(encode(with_field(base, path, value))))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_message_with_any_bytes_changed_gives_a_typed_answer(data):
    raw = bytearray(encode(data.draw(st.sampled_from(BASES))))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    _well_formed(decode(bytes(raw[: data.draw(st.integers(1, len(raw)))])))
