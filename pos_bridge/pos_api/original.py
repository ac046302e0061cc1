"""Which sale a till means when it gives money back: a key of ours, as the receipt and the sale's answer show it."""

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.gate import names_a_card
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.wire.nexo.request import OriginalPOITransaction

Original = tuple[str, str | None]  # a sale's key, and its time as the till says it


def read_original(named: OriginalPOITransaction) -> LegKey | Instead:
    """The sale's key; whoever sold it. What is none is no transaction of ours, and the processor is not asked."""
    transaction = named.poi_transaction_id
    if names_a_card(transaction):
        return Instead(Situation.CARD_IN_REQUEST)
    try:
        return LegKey.parse(transaction.transaction_id.strip())  # scanners add a space
    except ValueError:
        return Instead(Situation.UNKNOWN_REFERENCE)


def original_of(named: OriginalPOITransaction, sale: LegKey) -> Original:
    """As it is kept and repeated: the key in its one spelling."""
    return str(sale), named.poi_transaction_id.time_stamp
