"""The gate of a message about points: who is chosen by the very rules of a payment, whatever a till sends."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.points import PointsFault
from pos_bridge.pos_api.choice import Chosen, Offered, read_choices, read_member
from pos_bridge.pos_api.loyalty_ask import LoyaltyAsk, review_loyalty
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.wire.nexo.decode import Message, decode
from pos_bridge.wire.nexo.loyalty_request import LoyaltyRequest
from pos_bridge.wire.nexo.request import PaymentRequest
from tests.wire.nexo.shapes import award, encode, payment, with_field

OFFERED = Offered("Chouchous", delivery=False)

handlings = st.sampled_from(("Required", "Allowed", "Processed", "Proposed", "Forbidden", "allowed", "", None, 1))
brands = st.sampled_from((None, "Chouchous", "CHOUCHOUS", ["Chouchous"], ["Other", "Chouchous"], "Other", [], [7]))
numbers = st.sampled_from(("CH-7788", "CH-7789", "Jean Tremblay", "", 7788, None, ["x"], "4921817844445119"))
kinds = st.sampled_from(("BarCode", "AccountNumber", "PhoneNumber", "PAN", "ISOTrack2", None))
accounts = st.builds(lambda number, kind: {"LoyaltyAccountID": _filled(number, kind)}, numbers, kinds)


def _filled(number: object, kind: object) -> dict[str, Any]:
    return {"LoyaltyID": number} | ({} if kind is None else {"IdentificationType": kind})


def read(message: dict[str, Any]) -> Any:
    found = decode(encode(message))
    assert isinstance(found, Message)
    return found.body


def both(handling: object, brand: object, data: object) -> tuple[Chosen, LoyaltyRequest]:
    conditions = {"LoyaltyHandling": handling, "AllowedLoyaltyBrand": brand}
    paid = with_field(payment(), "PaymentRequest.PaymentTransaction.TransactionConditions", conditions)
    asked = with_field(award(), "LoyaltyRequest.LoyaltyTransaction.TransactionConditions", conditions)
    on_payment = read(with_field(paid, "PaymentRequest.LoyaltyData", data))
    alone = read(with_field(asked, "LoyaltyRequest.LoyaltyData", data))
    assert isinstance(on_payment, PaymentRequest)
    assert isinstance(alone, LoyaltyRequest)
    return read_choices(on_payment, OFFERED), alone


@settings(max_examples=200, deadline=None)
@given(handlings, brands, st.lists(accounts, max_size=3) | accounts)
def test_the_same_is_chosen_as_on_a_payment(handling, brand, data):
    on_payment, alone = both(handling, brand, data)
    assert read_member(alone, OFFERED) == on_payment
    asked = review_loyalty(alone, OFFERED)
    match asked:
        case LoyaltyAsk():
            assert handling in {"Required", "Allowed", "Processed", "Proposed"}
            chosen = asked.member or asked.proposed
            assert chosen in {Chouchous("CH-7788"), Chouchous("CH-7789")}
            assert (asked.proposed is not None) is (handling == "Proposed")
        case Instead(situation):
            assert situation is Situation.CARD_IN_REQUEST
        case _:
            assert asked is PointsFault.NOBODY
    assert review_loyalty(alone, Offered()) in {PointsFault.NO_RULE, Instead(Situation.CARD_IN_REQUEST)}


def test_no_repr_holds_what_was_asked():
    asked = review_loyalty(read(award()), OFFERED)
    assert isinstance(asked, LoyaltyAsk)
    assert "7788" not in repr(asked)
    assert "27908" not in repr(asked)
