"""What every gate looks at in the same way, whatever is asked for: names, tokens, the currency, points reckoned."""

from pos_bridge.domain.money import Currency
from pos_bridge.domain.typed_card import has_track
from pos_bridge.pos_api.choice import Chosen
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.wire.nexo.amounts import plain, present
from pos_bridge.wire.nexo.fields import TransactionID
from pos_bridge.wire.nexo.loyalty_request import LoyaltyData

_AMOUNT = "LoyaltyRequest.LoyaltyData[].LoyaltyAmount"
_CUSTOMER = "Customer"  # of TokenRequestedType: an identifier that follows a customer. None is made, ever
_POINTS = frozenset({None, "Point"})  # the unit that an amount has without one


def names_a_card(named: TransactionID) -> bool:
    """A bare number is not judged: one in twenty of a till's own 16-digit references would pass for a card's."""
    return has_track(named.transaction_id) or has_track(named.time_stamp or "")


def refused_token(requested: str | None, chosen: Chosen) -> Instead | None:
    """`requested`: TokenRequestedType. Whoever chose the programme is known by it, and needs none."""
    return Instead(Situation.CUSTOMER_TOKEN) if requested == _CUSTOMER and not chosen.loyalty else None


def refused_currency(asked: str, field: str) -> Instead | None:
    if not (asked.isascii() and asked.isalpha() and asked.isupper()):  # ISO 4217
        return Instead(Situation.MESSAGE_FORMAT, field)
    return None if asked == Currency.CAD.name else Instead(Situation.CURRENCY)


def told_amount(members: list[LoyaltyData]) -> int | Instead | None:
    """The points that a till reckons with, of which none and zero say nothing; money is not counted here."""
    told: set[int] = set()
    for amount in (entry.loyalty_amount for entry in members if entry.loyalty_amount is not None):
        for raw in filter(present, (amount.amount_value, amount.value)):
            number = plain(raw)
            if number is None or not (number.isdecimal() or amount.loyalty_unit not in _POINTS):
                return Instead(Situation.MESSAGE_FORMAT, _AMOUNT)
            if number != "0" and amount.loyalty_unit not in _POINTS:
                return Instead(Situation.MONEY_FIELD, "LoyaltyAmount")
            told.add(int(number))
    told.discard(0)
    if len(told) > 1:
        return Instead(Situation.MESSAGE_FORMAT, _AMOUNT)
    return told.pop() if told else None
