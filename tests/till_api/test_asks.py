"""Under which names a movement is found again: its till's own; but a sale's key is the same at every till."""

from datetime import UTC, datetime

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.choice import Offered
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api import bounds
from pos_bridge.till_api.asks import Asks

AT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
ONE, OTHER = (Asks(TillKeyMaker(bytes(32), credential), "P400-123456789") for credential in ("one", "other"))
SALE = "2f1c9c9e-4a3f-4c7e-9b1a-6f2a3b4c5d6e"


def payment(split: pb.Split | None = None) -> bounds.Payment:
    request = pb.PayRequest(request_id=bytes(16), cents=500, tender=pb.TENDER_CASH, reference="42", split=split)
    return bounds.payment(request, Offered())


def refund(sale: str = "") -> bounds.Refund:
    request = pb.RefundRequest(request_id=bytes(16), cents=500, tender=pb.TENDER_CASH, reference="42", sale_key=sale)
    return bounds.refund(request)


def test_what_two_tills_call_alike_are_two_sales():
    (one, _), (again, _), (other, _) = (asks.payment(payment(), AT) for asks in (ONE, ONE, OTHER))
    assert one.till.sale == again.till.sale != other.till.sale
    assert one.reference == again.reference != other.reference


def test_parts_of_what_two_tills_call_alike_are_parts_of_two_sales():
    part = payment(split=pb.Split(paid_cents=0, due_cents=900))
    (one, _), (other, _) = (asks.payment(part, AT) for asks in (ONE, OTHER))
    assert one.split is not None
    assert other.split is not None
    assert one.split.reference == ONE.basket("42") != other.split.reference == OTHER.basket("42")


def test_a_refund_is_of_the_same_sale_at_every_till_if_its_key_says_so():
    (one, _), (other, _) = (asks.refund(refund(SALE), AT) for asks in (ONE, OTHER))
    assert one.till.sale == other.till.sale
    assert one.sale == LegKey.parse(SALE)
    (one, _), (other, _) = (asks.refund(refund(), AT) for asks in (ONE, OTHER))
    assert one.till.sale != other.till.sale
