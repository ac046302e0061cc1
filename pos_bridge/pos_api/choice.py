"""What a customer chose to give, read out of a request: the one place where a till's text becomes a choice.

A choice is a member number with the loyalty conditions that make it one, or an order id. All else that could name a
person is only looked at for being there, so that the till is told that it was dropped; it goes nowhere from here.
Nothing here stops a sale: what is malformed, doubtful or not asked for is dropped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from msgspec import Raw

from pos_bridge.domain.identity import Choice, Chouchous, HomeDelivery
from pos_bridge.domain.typed_card import has_card_number
from pos_bridge.wire.nexo.fields import several
from pos_bridge.wire.nexo.loose import customer_orders, filled, spelled_out, text, texts
from pos_bridge.wire.nexo.loyalty_request import (
    LoyaltyAccountID,
    LoyaltyConditions,
    LoyaltyData,
    LoyaltyRequest,
    LoyaltySaleData,
)
from pos_bridge.wire.nexo.request import (
    CustomerOrder,
    PaymentData,
    PaymentRequest,
    ReversalSaleData,
    SaleData,
    TransactionConditions,
)

_Conditions = TransactionConditions | LoyaltyConditions
_SaleData = SaleData | LoyaltySaleData | ReversalSaleData

# Chosen at the till. `Proposed` leaves it to the customer, who is asked; `Forbidden` and silence say no.
_CHOSEN = frozenset({"Required", "Allowed", "Processed"})
_PROPOSED = "Proposed"
_CARD_IDENTIFICATIONS = frozenset({"PAN", "ISOTrack2"})
_NOT_A_MEMBER_NUMBER = "PhoneNumber"  # nexo lets a till send one as LoyaltyID; it reaches a person by itself


@dataclass(frozen=True, slots=True)
class Offered:
    """What a customer of this till can choose: the loyalty brand that is kept, if one is, and home delivery."""

    programme: str | None = None
    delivery: bool = False


NOTHING_OFFERED = Offered()  # a till without a vault


@dataclass(frozen=True, slots=True, repr=False)
class Chosen:
    """`dropped`: there was something else, or more, that could name a person.

    `proposed` is nobody's choice yet: the customer is asked about it.
    """

    choices: tuple[Choice, ...]
    dropped: bool
    proposed: Chouchous | None = None

    @property
    def loyalty(self) -> bool:
        return any(isinstance(choice, Chouchous) for choice in self.choices)


def read_choices(request: PaymentRequest, offered: Offered) -> Chosen:
    """What is not offered was not chosen: it is dropped."""
    members, conditions = several(request.loyalty_data), request.payment_transaction.transaction_conditions
    member = _member(members, conditions, offered.programme)
    proposed = member is not None and _is_proposed(conditions)
    order = _order(request) if offered.delivery else None
    choices = tuple(choice for choice in (None if proposed else member, order) if choice is not None)
    unchosen = (
        member is None and any(map(_says_who, members)),
        order is None and any(filled(raw) for raw in _order_ids(request)),
        any(filled(raw) for raw in _never_chosen(request)),
    )
    return Chosen(choices, any(unchosen), member if proposed else None)


def read_member(request: LoyaltyRequest, offered: Offered) -> Chosen:
    """As read_choices: a message about points is a choice of the programme, by the same rules, and of nothing else."""
    members, conditions = several(request.loyalty_data), request.loyalty_transaction.transaction_conditions
    member = _member(members, conditions, offered.programme)
    dropped = (member is None and any(map(_says_who, members))) or any(map(filled, _beside_a_member(request)))
    if member is None or not _is_proposed(conditions):
        return Chosen(() if member is None else (member,), dropped)
    return Chosen((), dropped, member)


def card_among_choices(request: PaymentRequest) -> bool:
    """Whether a card stands where a member number or an order id should: then the whole payment is refused."""
    among = card_among_members(several(request.loyalty_data))
    return among or any(has_card_number(spelled_out(raw)) for raw in _order_ids(request))


def card_among_members(members: list[LoyaltyData]) -> bool:
    for entry in members:
        account = entry.loyalty_account_id or LoyaltyAccountID()
        if account.identification_type in _CARD_IDENTIFICATIONS or filled(entry.card_acquisition_reference):
            return True
        if has_card_number(spelled_out(account.loyalty_id)):
            return True
    return False


# ---- Chouchous ----


def _member(members: list[LoyaltyData], conditions: _Conditions | None, programme: str | None) -> Chouchous | None:
    """The one member number that everything agrees on."""
    if programme is None or conditions is None or not _loyalty_meant(conditions, programme):
        return None
    accounts = [entry.loyalty_account_id or LoyaltyAccountID() for entry in members]
    if any(account.identification_type == _NOT_A_MEMBER_NUMBER for account in accounts):
        return None
    number = _agreed(account.loyalty_id for account in accounts)
    try:
        return None if number is None else Chouchous(number)
    except ValueError:
        return None


def _loyalty_meant(conditions: _Conditions, programme: str) -> bool:
    """Chosen, or proposed."""
    if text(conditions.loyalty_handling) not in _CHOSEN | {_PROPOSED}:
        return False
    brands = texts(conditions.allowed_loyalty_brand) if filled(conditions.allowed_loyalty_brand) else (programme,)
    return brands is not None and programme.casefold() in {brand.casefold() for brand in brands}


def _is_proposed(conditions: _Conditions | None) -> bool:
    return conditions is not None and text(conditions.loyalty_handling) == _PROPOSED


def _says_who(entry: LoyaltyData) -> bool:
    return entry.loyalty_account_id is not None


# ---- home delivery ----


def _order(request: PaymentRequest) -> HomeDelivery | None:
    """The one order id that everything agrees on."""
    number = _agreed(_order_ids(request))
    try:
        return None if number is None else HomeDelivery(number)
    except ValueError:
        return None


def _order_ids(request: PaymentRequest) -> tuple[Raw, ...]:
    """Every field where an order id can stand. An order that cannot be read stands for itself, and is none."""
    orders = _orders(request)
    in_orders = (_data(request).customer_order,) if orders is None else chain.from_iterable(map(order_ids, orders))
    return (*order_ids(request.sale_data), *in_orders)


def _orders(request: PaymentRequest) -> tuple[CustomerOrder, ...] | None:
    raw = _data(request).customer_order
    return customer_orders(raw) if filled(raw) else ()


# ---- the rest ----


def order_ids(holder: _SaleData | CustomerOrder) -> tuple[Raw, Raw]:
    """Under both names that clients give it."""
    return holder.customer_order_id, holder.customer_order_id_too


def free_data(sale: _SaleData) -> tuple[Raw, ...]:
    """What a till can write anything into: a name, an address, a token."""
    return sale.sale_to_poi_data, sale.sale_to_acquirer_data, sale.sale_to_issuer_data


def _beside_a_member(request: LoyaltyRequest) -> tuple[Raw, ...]:
    """Fields of a Loyalty message that can hold a name, an address, an order or a token."""
    return (*order_ids(request.sale_data), *free_data(request.sale_data))


def _never_chosen(request: PaymentRequest) -> tuple[Raw, ...]:
    """Fields that can hold a name, an address or a token, and that no choice reaches."""
    items = several(request.payment_transaction.sale_item)
    orders = _orders(request) or ()
    return (
        *free_data(request.sale_data),
        *(item.additional_product_info for item in items),
        *(order.accessed_by for order in orders),
        *(order.additional_information for order in orders),
    )


def _agreed(fields: Iterable[Raw]) -> str | None:
    """The one text that all of the fields that say something say; None if there is none, or one is no text."""
    said = {text(raw) for raw in fields if filled(raw)}
    return said.pop() if len(said) == 1 else None


def _data(request: PaymentRequest) -> PaymentData:
    return request.payment_data or PaymentData()
