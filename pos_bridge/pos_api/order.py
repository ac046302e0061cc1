"""The till's order as canonical bytes: what the dual signature binds to the payment (its salted digest, not these).

Whoever holds the order can make the same bytes again: compact JSON, UTF-8, an array of the POIID, the till's
transaction id, the amount in cents, the currency, and an array a line of the basket in the order it came:
[ItemID, ProductCode, EanUpc, UnitOfMeasure, Quantity, UnitPrice, ItemAmount, TaxCode, ProductLabel]. A field that
is absent is null; numbers are strings in their shortest spelling (`1.5`, `-3`). AdditionalProductInfo is left out:
people are written into it. A refund that comes as a payment is bound to the same bytes as a sale would be.

A reversal has no basket: an array of the POIID, the word `Reversal`, the key of the sale that is given back, the
amount in cents (null: all of it) and the currency.
"""

import msgspec

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount, Currency

Item = tuple[str | None, ...]


def order_bytes(poiid: str, transaction_id: str, amount: Amount, items: tuple[Item, ...]) -> bytes:
    return msgspec.json.encode((poiid, transaction_id, amount.cents, amount.currency.name, items))


def reversal_bytes(poiid: str, sale: LegKey, amount: Amount | None) -> bytes:
    cents = None if amount is None else amount.cents
    return msgspec.json.encode((poiid, "Reversal", str(sale), cents, Currency.CAD.name))
