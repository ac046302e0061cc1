"""The gate of the native API: what passes, what is refused by the name of its field, and no other way out."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.leg import Tender
from pos_bridge.domain.money import MAX_CENTS
from pos_bridge.pos_api.choice import Offered
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api import bounds

OFFERED = Offered("Chouchous", delivery=True)
KEY = "2f1c9c9e-4a3f-4c7e-9b1a-6f2a3b4c5d6e"
CARD = "4921817844445119"


def pay(**changes) -> pb.PayRequest:
    fields: dict[str, Any] = {
        "request_id": bytes(16),
        "cents": 1234,
        "tender": pb.TENDER_CARD,
        "reference": "R-1",
    } | changes
    return pb.PayRequest(**fields)


def refund(**changes) -> pb.RefundRequest:
    fields: dict[str, Any] = {
        "request_id": bytes(16),
        "cents": 1,
        "tender": pb.TENDER_CASH,
        "reference": "R-1",
    } | changes
    return pb.RefundRequest(**fields)


def test_a_payment_within_its_bounds():
    asked = bounds.payment(pay(partial_ok=True, confirm_within_s=600, order=bytes(65_536)), OFFERED)
    assert (asked.amount.cents, asked.tender, asked.partial_ok, asked.confirm_within_s) == (
        1234,
        Tender.CARD,
        True,
        600,
    )
    assert (asked.paid, asked.due) == (None, None)
    part = bounds.payment(pay(split=pb.Split(paid_cents=0, due_cents=0)), OFFERED)
    assert (part.paid, part.due) == (0, None)
    assert bounds.payment(pay(confirm_within_s=0), OFFERED).confirm_within_s is None


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        *(("request_id", pay(request_id=bytes(length))) for length in (0, 15, 17)),
        *(("cents", pay(cents=cents)) for cents in (-1, 0, MAX_CENTS + 1)),
        *(("tender", pay(tender=tender)) for tender in (0, 3)),
        *(
            ("reference", pay(reference=reference))
            for reference in ("", "x" * 65, "R-\u0663", "R-\uff13", "R-\u00b2", "R-\u2460")
        ),
        ("order", pay(order=bytes(65_537))),
        *(("confirm_within_s", pay(confirm_within_s=seconds)) for seconds in (1, 4, 601)),
        *(("split.paid_cents", pay(split=pb.Split(paid_cents=paid))) for paid in (-1, MAX_CENTS)),
        *(("split.due_cents", pay(split=pb.Split(due_cents=due))) for due in (-1, MAX_CENTS + 1)),
        ("choices", pay(choices=[pb.Choice(chouchous="A")] * 9)),
    ],
)
def test_what_does_not_fit_is_named(field, request_):
    with pytest.raises(bounds.RefusedError, match=rf"\Aunfit: {field}\Z"):
        bounds.payment(request_, OFFERED)


@pytest.mark.parametrize("text", [CARD, f"R {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}", f";{CARD}=2812"])
def test_a_card_number_is_refused_wherever_it_could_be_kept(text):
    for field, request_ in (
        ("reference", pay(reference=text)),
        ("choices", pay(choices=[pb.Choice(chouchous=text)])),
        ("choices", pay(choices=[pb.Choice(home_delivery=text)])),
    ):
        with pytest.raises(bounds.RefusedError) as caught:
            bounds.payment(request_, Offered())
        assert str(caught.value) == f"card_data: {field}"
    with pytest.raises(bounds.RefusedError):
        bounds.refund(refund(reference=text))
    with pytest.raises(bounds.RefusedError):
        bounds.reference_of(text)


def test_money_back():
    assert bounds.refund(refund()).sale is None
    assert str(bounds.refund(refund(sale_key=KEY)).sale) == KEY
    whole = bounds.giving_back(pb.GiveBackRequest(request_id=bytes(16), sale_key=KEY))
    assert (whole.amount, whole.void_only) == (None, False)
    for call in (
        lambda: bounds.refund(refund(sale_key="x")),
        lambda: bounds.giving_back(pb.GiveBackRequest(request_id=bytes(16))),
        lambda: bounds.giving_back(pb.GiveBackRequest(request_id=bytes(16), sale_key=KEY, cents=-1)),
        lambda: bounds.payment_key(pb.PaymentKey(key="00000000-0000-0000-0000-000000000000")),
    ):
        with pytest.raises(bounds.RefusedError):
            call()


def test_another_order_or_amount_is_other_content_and_another_language_is_not():
    first = bounds.payment(pay(order=b"one"), OFFERED).move.content
    assert bounds.payment(pay(order=b"one", language=pb.LANGUAGE_EN), OFFERED).move.content == first
    assert bounds.payment(pay(order=b"one", choices=[pb.Choice(chouchous="A")]), OFFERED).move.content == first
    others = (
        *(pay(order=b"two"), pay(order=b"one", cents=1), pay(order=b"one", reference="R-2")),
        *(pay(order=b"one", tender=pb.TENDER_CASH), pay(order=b"one", confirm_within_s=5)),
        *(pay(order=b"one", partial_ok=True), pay(order=b"one", split=pb.Split())),
    )
    contents = {bounds.payment(other, OFFERED).move.content for other in others}
    assert len(contents) == len(others)
    assert first not in contents


GATES: tuple[tuple[type, Callable[..., object]], ...] = (
    (pb.PayRequest, lambda request: bounds.payment(request, OFFERED)),
    (pb.RefundRequest, bounds.refund),
    (pb.GiveBackRequest, bounds.giving_back),
    (pb.PaymentKey, bounds.payment_key),
)


@given(st.binary(max_size=200), st.sampled_from(GATES))
def test_anything_passes_or_is_refused(raw, gate):
    kind, judge = gate
    try:
        message = kind.FromString(raw)
    except Exception:  # noqa: BLE001 - protobuf's own, which gRPC answers
        return
    try:
        judge(message)
    except bounds.RefusedError as refused:
        said = str(refused)
    else:
        said = ""
    assert len(said) < 40


@given(
    st.builds(
        pay,
        request_id=st.binary(max_size=20),
        cents=st.integers(-(2**63), 2**63 - 1),
        tender=st.integers(0, 5),
        reference=st.text(max_size=70),
        confirm_within_s=st.integers(0, 2**32 - 1),
        language=st.integers(0, 5),
        choices=st.lists(
            st.one_of(
                st.builds(lambda text: pb.Choice(chouchous=text), st.text(max_size=40)),
                st.builds(lambda text: pb.Choice(home_delivery=text), st.text(max_size=70)),
            ),
            max_size=10,
        ),
    )
)
def test_any_payment_passes_or_is_refused(request_):
    try:
        asked = bounds.payment(request_, OFFERED)
    except bounds.RefusedError:
        return
    assert 1 <= asked.amount.cents <= MAX_CENTS
    assert len(asked.chosen.choices) <= 2
