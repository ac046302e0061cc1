"""The gate between a till's LoyaltyRequest and points: what is asked for, or why it is refused.

The member passes as a choice or not at all (choice.py). An award's refund needs no member: it names the sale, and the
vault knows whose it was.
"""

from dataclasses import dataclass

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount, Currency
from pos_bridge.domain.points import PointsFault
from pos_bridge.pos_api.choice import NOTHING_OFFERED, Chosen, Offered, card_among_members, read_member
from pos_bridge.pos_api.gate import names_a_card, refused_currency, refused_token, told_amount
from pos_bridge.pos_api.original import read_original
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.wire.nexo.amounts import cents, present
from pos_bridge.wire.nexo.fields import TransactionID, several
from pos_bridge.wire.nexo.loyalty_request import LoyaltyRequest, LoyaltyTransactionType

SERVED = frozenset({LoyaltyTransactionType.AWARD, LoyaltyTransactionType.AWARD_REFUND})
_TRANSACTION = "LoyaltyRequest.LoyaltyTransaction"
Refused = Instead | PointsFault


@dataclass(frozen=True, slots=True, repr=False)
class LoyaltyAsk:
    """Points to count for a member, or to take back (`gives` False). `told`: as the till reckons them.

    `proposed`: the member that the customer is asked about. `identity_dropped`: more came that could name a person.
    """

    gives: bool
    transaction: TransactionID
    sale: LegKey | None
    amount: Amount | None
    told: int | None
    member: Chouchous | None
    proposed: Chouchous | None
    identity_dropped: bool

    def content(self) -> tuple[str, ...]:
        """What makes a repeat the same request. The member is no part of it, as on a payment."""
        amount = "" if self.amount is None else str(self.amount.cents)
        told = "" if self.told is None else str(self.told)
        sale = "" if self.sale is None else str(self.sale)
        return "award" if self.gives else "award-refund", sale, amount, told, self.transaction.transaction_id


def member_of(request: LoyaltyRequest, offered: Offered) -> Chosen:
    """Whom it is about. Nobody chooses with a refund: there it is dropped."""
    return read_member(request, offered if _gives(request) else NOTHING_OFFERED)


def review_loyalty(request: LoyaltyRequest, offered: Offered) -> LoyaltyAsk | Refused:
    """Privacy first, then what is not served, then the amounts, then who."""
    refused = _refused(request, offered)
    if refused is not None:
        return refused
    amount = _amount(request)
    sale = _sale(request)
    told = told_amount(several(request.loyalty_data))
    if isinstance(amount, Instead):
        return amount
    if isinstance(sale, Instead | PointsFault):
        return sale
    if isinstance(told, Instead):
        return told
    chosen = member_of(request, offered)
    token = refused_token(request.sale_data.token_requested_type, chosen)
    if token is not None:
        return token
    member = next((choice for choice in chosen.choices if isinstance(choice, Chouchous)), None)
    if _gives(request) and member is None and chosen.proposed is None:
        return PointsFault.NOBODY
    return LoyaltyAsk(
        gives=_gives(request),
        transaction=request.sale_data.sale_transaction_id,
        sale=sale,
        amount=amount,
        told=told,
        member=member,
        proposed=chosen.proposed,
        identity_dropped=chosen.dropped,
    )


def _gives(request: LoyaltyRequest) -> bool:
    return request.loyalty_transaction.loyalty_transaction_type is LoyaltyTransactionType.AWARD


def _refused(request: LoyaltyRequest, offered: Offered) -> Refused | None:
    if names_a_card(request.sale_data.sale_transaction_id):
        return Instead(Situation.CARD_IN_REQUEST)
    if card_among_members(several(request.loyalty_data)):
        return Instead(Situation.CARD_IN_REQUEST)
    if request.loyalty_transaction.loyalty_transaction_type not in SERVED:
        return PointsFault.KIND
    return PointsFault.NO_RULE if offered.programme is None else None


def _amount(request: LoyaltyRequest) -> Amount | Instead | None:
    """An award is of an amount; its refund of one, or of all that is left."""
    asked = request.loyalty_transaction
    if not present(asked.total_amount):
        return Instead(Situation.MESSAGE_FORMAT, f"{_TRANSACTION}.TotalAmount") if _gives(request) else None
    currency = refused_currency(asked.currency or "", f"{_TRANSACTION}.Currency")
    if currency is not None:
        return currency
    total = cents(asked.total_amount)
    return Amount(total, Currency.CAD) if total else Instead(Situation.MESSAGE_FORMAT, f"{_TRANSACTION}.TotalAmount")


def _sale(request: LoyaltyRequest) -> LegKey | Refused | None:
    """The payment by its key. Without one an award is of the payment that the till names as it names this."""
    named = request.loyalty_transaction.original_poi_transaction
    if named is None:
        field = f"{_TRANSACTION}.OriginalPOITransaction"
        return None if _gives(request) else Instead(Situation.MESSAGE_FORMAT, field)
    sale = read_original(named)
    if isinstance(sale, Instead) and sale.situation is Situation.UNKNOWN_REFERENCE:
        return PointsFault.UNKNOWN_SALE
    return sale
