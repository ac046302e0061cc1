"""The taxes of a sale as the till tells them, for its receipts. Carried, never computed: there is no rate here.

nexo has no field for a tax. A till tells one as a line of its basket: a SaleItem whose ProductCode is the tax's name,
in either language, and whose ItemAmount is its amount. A TaxCode says how an article is taxed, which is no amount.
"""

from collections.abc import Iterable
from enum import Enum

from pos_bridge.domain.money import MAX_CENTS
from pos_bridge.wire.nexo.amounts import cents
from pos_bridge.wire.nexo.request import SaleItem


class Tax(Enum):
    """A sales tax of Canada or one of its provinces; the value is the name it is kept under."""

    GST = "GST"
    QST = "QST"
    HST = "HST"
    PST = "PST"


Taxes = tuple[tuple[Tax, int], ...]  # each tax once, in cents

_NAMES = {
    "GST": Tax.GST,
    "TPS": Tax.GST,
    "QST": Tax.QST,
    "TVQ": Tax.QST,
    "HST": Tax.HST,
    "TVH": Tax.HST,
    "PST": Tax.PST,
    "TVP": Tax.PST,
}


def taxes_of(items: Iterable[SaleItem]) -> Taxes:
    """What cannot be an amount of money, or is none, is no tax: it stands on no receipt, and stops no sale."""
    found: dict[Tax, int] = {}
    for item in items:
        tax = _NAMES.get(item.product_code.upper()) if isinstance(item.product_code, str) else None
        amount = cents(item.item_amount)
        if tax is not None and amount:
            found[tax] = found.get(tax, 0) + amount
    return tuple((tax, found[tax]) for tax in Tax if 0 < found.get(tax, 0) <= MAX_CENTS)
