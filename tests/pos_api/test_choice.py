"""What of a till's request is a choice, and that everything else that names a person goes nowhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.identity import Chouchous, HomeDelivery
from pos_bridge.pos_api.choice import NOTHING_OFFERED, Offered
from pos_bridge.pos_api.payment_ask import PaymentAsk
from pos_bridge.pos_api.said import Instead, Situation
from tests.pos_api.choosing import (
    BOTH,
    CONDITIONS,
    MEMBER,
    ORDER,
    ORDER_ID,
    ORDERS,
    account,
    asked,
    chosen_of,
    reviewed,
    with_member,
)
from tests.wire.nexo.shapes import cash, payment, with_field

VISA = "4921817844445119"


def dropped(ask: PaymentAsk) -> bool:
    """Nothing of it is a choice, and the till will be told."""
    return ask.choices == () and ask.identity_dropped


@pytest.fixture(params=[payment, cash], ids=["card", "cash"])
def sale(request):
    """The gate does not look at the tender."""
    return request.param()


# ---- Chouchous ----


@pytest.mark.parametrize("handling", ["Required", "Allowed", "Processed"])
@pytest.mark.parametrize("brand", [("Chouchous",), "Chouchous", "CHOUCHOUS", ("Other", "Chouchous"), None, ()])
@pytest.mark.parametrize("loyalty", [account(), [account()], [account(), account()], [account(kind="AccountNumber")]])
def test_a_member_number_with_the_choice(sale, handling, brand, loyalty):
    ask = asked(with_member(sale, loyalty, handling=handling, brand=brand))
    assert ask.choices == (Chouchous(MEMBER),)
    assert not ask.identity_dropped


@pytest.mark.parametrize("handling", ["Forbidden", "proposed", None, "", "allowed", "Always", 1, ["Allowed"], {"a": 1}])
def test_without_the_choice_a_member_number_is_dropped(sale, handling):
    assert dropped(asked(with_member(sale, handling=handling)))


def test_what_is_proposed_is_not_chosen_yet_and_not_dropped_either(sale):
    proposed = with_member(sale, handling="Proposed")
    ask = asked(proposed)
    assert (ask.choices, ask.identity_dropped) == ((), False)
    assert chosen_of(proposed).proposed == Chouchous(MEMBER)
    for unlike in (
        with_member(sale, handling="Proposed", brand="Other"),
        with_member(sale, [account(7)], handling="Proposed"),
    ):
        assert dropped(asked(unlike))
        assert chosen_of(unlike).proposed is None
    assert dropped(asked(proposed, NOTHING_OFFERED))


@pytest.mark.parametrize("brand", ["Other", ["Other"], 7, [7], {"Chouchous": 1}, "Chou" * 300])
def test_another_programmes_member_is_dropped(sale, brand):
    assert dropped(asked(with_member(sale, brand=brand)))


@pytest.mark.parametrize(
    "number",
    [
        "Jean Tremblay",
        "jean@example.test",
        "514 555-0123",
        "é",
        "x" * 33,
        "x" * 5000,
        7788,
        None,
        ["CH-7788"],
        {},
        "CH/7",
    ],
)
def test_what_is_no_member_number_is_dropped(sale, number):
    assert dropped(asked(with_member(sale, [account(number)])))


@pytest.mark.parametrize(
    "loyalty",
    [
        [account(), account("CH-7789")],
        [account(), account(7788)],
        [account(kind="PhoneNumber")],
        [account(), account(kind="PhoneNumber")],
        [{"LoyaltyAccountID": {}}],
    ],
)
def test_a_doubtful_member_is_dropped(sale, loyalty):
    assert dropped(asked(with_member(sale, loyalty)))


@pytest.mark.parametrize("loyalty", [[], [{}], {}])
def test_the_choice_alone_says_nobody(sale, loyalty):
    ask = asked(with_member(sale, loyalty))
    assert (ask.choices, ask.identity_dropped) == ((), False)


# ---- home delivery ----


@pytest.mark.parametrize(
    "orders",
    [{"CustomerOrderID": ORDER}, [{"CustomerOrderID": ORDER}], {"CustomerOrderId": ORDER, "SaleReferenceID": "7"}],
)
def test_an_order_id_in_a_customer_order(sale, orders):
    ask = asked(with_field(sale, ORDERS, orders))
    assert ask.choices == (HomeDelivery(ORDER),)
    assert not ask.identity_dropped
    assert asked(with_field(with_field(sale, ORDERS, orders), ORDER_ID, ORDER)).choices == (HomeDelivery(ORDER),)


@pytest.mark.parametrize("name", ["CustomerOrderID", "CustomerOrderId"])
def test_an_order_id_in_the_sale_data(sale, name):
    ask = asked(with_field(sale, f"PaymentRequest.SaleData.{name}", ORDER))
    assert ask.choices == (HomeDelivery(ORDER),)
    assert not ask.identity_dropped


@pytest.mark.parametrize(
    "order",
    ["for Jean Tremblay", "jean@example.test", "x" * 65, "x" * 5000, 77, ["7"], {"ID": "7"}, "12 rue des Érables"],
)
def test_what_is_no_order_id_is_dropped(sale, order):
    assert dropped(asked(with_field(sale, ORDER_ID, order)))


@pytest.mark.parametrize(
    "orders",
    [
        {"CustomerOrderID": "other"},
        [{"CustomerOrderID": ORDER}, {"CustomerOrderID": "other"}],
        "other",
        [7],
        {"CustomerOrderID": 7},
        [{"CustomerOrderID": ORDER}] * 17,
    ],
)
def test_a_doubtful_order_is_dropped(sale, orders):
    assert dropped(asked(with_field(with_field(sale, ORDER_ID, ORDER), ORDERS, orders)))


@pytest.mark.parametrize("field", ["AccessedBy", "AdditionalInformation"])
def test_what_comes_with_an_order_beside_its_id_is_dropped(sale, field):
    ask = asked(with_field(sale, ORDERS, {"CustomerOrderID": ORDER, field: "Jean Tremblay"}))
    assert ask.choices == (HomeDelivery(ORDER),)
    assert ask.identity_dropped


# ---- both, and neither ----


def test_both_choices_come_together(sale):
    ask = asked(with_field(with_member(sale), ORDER_ID, ORDER))
    assert ask.choices == (Chouchous(MEMBER), HomeDelivery(ORDER))


def test_one_that_holds_and_one_that_does_not(sale):
    ask = asked(with_field(with_member(sale, handling="Forbidden"), ORDER_ID, ORDER))
    assert ask.choices == (HomeDelivery(ORDER),)
    assert ask.identity_dropped


def test_a_choice_beside_what_nobody_chose(sale):
    ask = asked(with_field(with_member(sale), "PaymentRequest.SaleData.SaleToAcquirerData", "shopperEmail=a%40b.test"))
    assert ask.choices == (Chouchous(MEMBER),)
    assert ask.identity_dropped


def test_a_till_that_keeps_nobody_drops_every_choice(sale):
    assert dropped(asked(with_field(with_member(sale), ORDER_ID, ORDER), offered=NOTHING_OFFERED))


@pytest.mark.parametrize("delivery", [True, False])
def test_a_till_that_offers_no_delivery_keeps_no_order(sale, delivery):
    ask = asked(with_field(with_member(sale), ORDER_ID, ORDER), Offered("Chouchous", delivery=delivery))
    assert len(ask.choices) == 1 + delivery
    assert ask.identity_dropped is not delivery


def test_choices_do_not_change_what_makes_a_repeat_the_same(sale):
    plain, full = asked(sale), asked(with_field(with_member(sale), ORDER_ID, ORDER))
    assert plain.content() == full.content()
    assert plain.items == full.items


@pytest.mark.parametrize("path", ["SaleToAcquirerData", "SaleToPOIData", "SaleToIssuerData", "CustomerOrderID"])
@pytest.mark.parametrize("nothing", [None, "", {}, []])
def test_an_empty_field_is_no_identity(sale, path, nothing):
    assert not asked(with_field(sale, f"PaymentRequest.SaleData.{path}", nothing)).identity_dropped


# ---- tokens and cards ----

TOKEN = "PaymentRequest.SaleData.TokenRequestedType"


def test_a_customer_token_is_refused_without_the_loyalty_choice_and_never_made_with_it(sale):
    asking = with_field(sale, TOKEN, "Customer")
    refused = Instead(Situation.CUSTOMER_TOKEN)
    assert reviewed(asking) == refused
    assert reviewed(with_field(asking, ORDER_ID, ORDER)) == refused
    assert reviewed(with_member(asking, handling="Forbidden")) == refused
    assert reviewed(with_member(asking), offered=NOTHING_OFFERED) == refused
    assert asked(with_member(asking)).choices == (Chouchous(MEMBER),)
    assert not asked(with_field(sale, TOKEN, "Transaction")).identity_dropped


@pytest.mark.parametrize(
    "number", [VISA, int(VISA), f"{VISA[:4]}-{VISA[4:8]}-{VISA[8:12]}-{VISA[12:]}", f"{VISA}=4912", f"CH{VISA}"]
)
@pytest.mark.parametrize("handling", ["Allowed", "Forbidden", None])
@pytest.mark.parametrize("offered", [BOTH, NOTHING_OFFERED], ids=["offered", "nothing"])
def test_a_card_number_in_place_of_a_name_is_refused(sale, number, handling, offered):
    refused = Instead(Situation.CARD_IN_REQUEST)
    assert reviewed(with_member(sale, [account(number)], handling=handling), offered) == refused
    assert reviewed(with_field(sale, ORDER_ID, number), offered) == refused
    assert reviewed(with_field(sale, ORDERS, [{"CustomerOrderId": number}]), offered) == refused


@pytest.mark.parametrize("kind", ["PAN", "ISOTrack2"])
def test_a_card_by_its_type_is_refused(sale, kind):
    assert reviewed(with_member(sale, [account(kind=kind)])) == Instead(Situation.CARD_IN_REQUEST)


# ---- whatever is sent ----

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([MEMBER, ORDER, "Allowed", "Chouchous", "é", ""]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["LoyaltyID", "LoyaltyAccountID", "CustomerOrderID", "AccessedBy"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([ORDER_ID, ORDERS, f"{CONDITIONS}.LoyaltyHandling", f"{CONDITIONS}.AllowedLoyaltyBrand"]),
            _JSON,
        ),
        max_size=3,
    ),
    st.sampled_from([payment(), cash(), with_member(payment()), with_member(cash())]),
)
@settings(max_examples=300, deadline=None)
def test_no_identity_however_strange_stops_a_sale(fields, message):
    for path, value in fields:
        message = with_field(message, path, value)
    ask = asked(message)
    assert set(ask.choices) <= {Chouchous(MEMBER)} | {
        HomeDelivery(text) for text in (ORDER, MEMBER, "Allowed", "Chouchous")
    }
