"""What a till is answered about a period's sums: to GetTotals and to Reconciliation."""

from decimal import Decimal

from pos_bridge.wire.nexo.fields import Fields
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.words import InstrumentType, ReconciliationType, TransactionType


class PaymentTotals(Fields, frozen=True):
    """How many payments of one kind, and their sum. Always written, zero or not."""

    transaction_type: TransactionType
    transaction_count: int
    transaction_amount: Decimal


class TransactionTotals(Fields, frozen=True):
    payment_instrument_type: InstrumentType
    payment_currency: str
    payment_totals: tuple[PaymentTotals, ...]


class GetTotalsResponse(Fields, frozen=True):
    """`poi_reconciliation_id` is the number of the period, in digits."""

    response: Response
    poi_reconciliation_id: str | None = None
    transaction_totals: tuple[TransactionTotals, ...] = ()


class ReconciliationResponse(Fields, frozen=True):
    response: Response
    reconciliation_type: ReconciliationType
    poi_reconciliation_id: str | None = None
    transaction_totals: tuple[TransactionTotals, ...] = ()
