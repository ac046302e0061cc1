"""Whatever bytes a till sends, decoding gives a typed answer: it never raises, and names fields by their path only."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.wire.nexo.decode import BadField, Decoded, Message, Rejected, decode
from pos_bridge.wire.nexo.words import FIELD_PATH
from tests.wire.nexo.shapes import (
    abort,
    cash,
    encode,
    payment,
    reconciliation,
    refund,
    request,
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


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _paths(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, item in value.items():
        yield prefix + key
        if isinstance(item, dict):
            yield from _paths(item, f"{prefix}{key}.")


TEXT = {"OutputFormat": "Text", "OutputText": {"Text": "Bonjour", "EndOfLineFlag": True, "Alignment": "Left"}}
SHOWN = {"Device": "CustomerDisplay", "InfoQualify": "Display", "OutputContent": TEXT, "ResponseRequiredFlag": True}
ASKED = {"Device": "CustomerInput", "InfoQualify": "Input", "InputCommand": "GetMenuEntry", "MaxInputTime": 30}
ENTRY = {"MenuEntryTag": "Selectable", "OutputFormat": "Text", "OutputText": {"Text": "oui"}}
PRINTED = {"DocumentQualifier": "Document", "ResponseMode": "PrintEnd", "OutputContent": TEXT}
DEVICES = [
    request("Display", {"DisplayOutput": SHOWN}),
    request("Input", {"DisplayOutput": {**SHOWN, "MenuEntry": ENTRY}, "InputData": ASKED}),
    request("Print", {"PrintOutput": PRINTED}),
    request("EnableService", {"TransactionAction": "StartTransaction", "ServicesEnabled": "Payment"}),
]
BASES = [payment(), cash(), status(), abort(), refund(), reversal("5"), split("5", "5"), totals(), reconciliation()]
BASES += DEVICES


@given(st.data(), _JSON)
@settings(max_examples=250, deadline=None)
def test_a_message_with_any_field_replaced_gives_a_typed_answer(data, value):
    base = data.draw(st.sampled_from(BASES))
    path = data.draw(st.sampled_from(sorted(_paths(base["SaleToPOIRequest"]))))
    _well_formed(decode(encode(with_field(base, path, value))))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_message_with_any_bytes_changed_gives_a_typed_answer(data):
    raw = bytearray(encode(data.draw(st.sampled_from(BASES))))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    _well_formed(decode(bytes(raw[: data.draw(st.integers(1, len(raw)))])))
