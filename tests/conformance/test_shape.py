"""What of an answer is not as the protocol says is found, wherever it is, and told without what was in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.conformance.shape import faults
from pos_bridge.protocol import processor_v1_pb2 as pb

KEY, NAME = bytes(16), "Zoé Tremblay"
UNKNOWN = b"\xfa\x01" + bytes((len(NAME.encode()),)) + NAME.encode()


def look_up() -> pb.LookUpResponse:
    receipt = pb.ReceiptFacts(
        amount=pb.Money(cents=1, currency=124),
        last_four=5119,
        brand=pb.BRAND_VISA,
        entry_mode=pb.ENTRY_MODE_CHIP,
    )
    return pb.LookUpResponse(key=KEY, now_ms=1, state=pb.LookUpResponse.STATE_CAPTURED, receipt=receipt)


def test_an_answer_of_the_protocol_has_no_faults():
    head = pb.JournalHead(hash=bytes(32))
    assert list(faults(look_up())) == []
    assert list(faults(pb.OpenSessionResponse(fence=1, last_seen=head, now_ms=1))) == []
    assert list(faults(pb.AuthoriseResponse(key=KEY, now_ms=1, refused=pb.Refused(reason="REASON_LATE")))) == []


@pytest.mark.parametrize("part", ["", "receipt", "receipt.amount"])
def test_a_field_that_is_not_in_the_protocol(part):
    answer = look_up()
    inner = answer
    for name in filter(None, part.split(".")):
        inner = getattr(inner, name)
    inner.MergeFromString(UNKNOWN)
    (fault,) = faults(answer)
    assert fault == "LookUpResponse: has a field that is not in the protocol"


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("", "key", b"4921817844445119"[:15]),
        ("", "now_ms", 0),
        ("", "state", 0),
        ("", "state", 77),
        ("receipt", "last_four", 44445119),
        ("receipt", "approval_code", 36**6),
        ("receipt", "brand", 12),
        ("receipt.amount", "cents", 0),
        ("receipt.amount", "currency", 1000),
    ],
)
def test_a_number_or_length_out_of_its_range(part, name, value):
    answer = look_up()
    inner = answer
    for each in filter(None, part.split(".")):
        inner = getattr(inner, each)
    setattr(inner, name, value)
    (fault,) = faults(answer)
    assert fault.endswith(f".{name}: is out of its range")
    assert "4444511" not in fault


def test_too_many_parts():
    assert list(faults(pb.GetSealingKeysResponse())) == ["GetSealingKeysResponse.keys: has 0 parts"]
    legs = [
        pb.HeldLeg(key=KEY, kind="KIND_SALE", state="STATE_CAPTURED", amount=pb.Money(cents=1, currency=1), begun_ms=1)
    ] * 201
    assert list(faults(pb.ReconcileResponse(now_ms=1, legs=legs))) == ["ReconcileResponse.legs: has 201 parts"]


MESSAGES = [kind for name, kind in vars(pb).items() if name.endswith("Response") and isinstance(kind, type)]


@given(st.sampled_from(MESSAGES), st.binary(max_size=120))
def test_whatever_decodes_is_judged(kind, raw):
    answer = kind()
    try:
        answer.ParseFromString(raw)
    except Exception:  # noqa: BLE001 - protobuf's own error: such bytes never reach us as an answer
        return
    assert all(isinstance(fault, str) and ": " in fault for fault in faults(answer))
