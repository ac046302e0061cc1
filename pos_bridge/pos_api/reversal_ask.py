"""The gate between a till's ReversalRequest and money given back: what is asked for, or why it is refused.

A till that says why (`Malfunction`, `Unable2Compl`) takes back a payment that it could not complete: then nothing but
a void will do. For any other reason, or none, the money goes back whichever way it can.
"""

from dataclasses import dataclass

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount, Currency
from pos_bridge.pos_api.choice import free_data, order_ids
from pos_bridge.pos_api.original import Original, original_of, read_original
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.spoken import Wished, wished
from pos_bridge.wire.nexo.amounts import cents, present
from pos_bridge.wire.nexo.loose import filled
from pos_bridge.wire.nexo.request import ReversalRequest, ReversalSaleData
from pos_bridge.wire.nexo.words import COULD_NOT_COMPLETE


@dataclass(frozen=True, slots=True, repr=False)
class ReversalAsk:
    """Money to give back of `sale`: `amount`, or all of it (None). `identity_dropped`: a person could be named."""

    sale: LegKey
    original: Original
    amount: Amount | None
    void_only: bool
    identity_dropped: bool
    wished: Wished

    def content(self) -> tuple[str, ...]:
        """What makes a repeat the same request."""
        return str(self.sale), "" if self.amount is None else str(self.amount.cents), str(int(self.void_only))


def review_reversal(request: ReversalRequest) -> ReversalAsk | Instead:
    sale = read_original(request.original_poi_transaction)
    if isinstance(sale, Instead):
        return sale
    asked = cents(request.reversed_amount) if present(request.reversed_amount) else None
    if present(request.reversed_amount) and not asked:
        return Instead(Situation.MESSAGE_FORMAT, "ReversalRequest.ReversedAmount")
    return ReversalAsk(
        sale=sale,
        original=original_of(request.original_poi_transaction, sale),
        amount=Amount(asked, Currency.CAD) if asked else None,
        void_only=request.reversal_reason in COULD_NOT_COMPLETE,
        identity_dropped=names_someone(request),
        wished=wished(request),
    )


def names_someone(request: ReversalRequest) -> bool:
    """Whether a field that can hold a name, an address or a token holds something. None is read."""
    data = request.sale_data or ReversalSaleData()
    fields = (*free_data(data), *order_ids(data), request.customer_order, request.customer_order_id)
    return any(map(filled, fields))
