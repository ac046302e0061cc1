"""The loyalty programme in a till's requests: who a member is, on a payment too, and LoyaltyRequest.

What can name a person is Raw here: seen, and read by loose.py where a choice depends on it.
"""

from enum import Enum

from msgspec import Raw, field

from pos_bridge.wire.nexo.fields import CurrencyCode, Fields, OriginalPOITransaction, TransactionID, Word


class LoyaltyTransactionType(Enum):
    """What is done with a member's account: LoyaltyTransaction.LoyaltyTransactionType."""

    AWARD = "Award"
    AWARD_REFUND = "AwardRefund"
    REBATE = "Rebate"
    REBATE_REFUND = "RebateRefund"
    REDEMPTION = "Redemption"
    REDEMPTION_REFUND = "RedemptionRefund"


class LoyaltyAccountID(Fields, frozen=True):
    identification_type: Word | None = None
    loyalty_id: Raw = Raw()


class LoyaltyAmount(Fields, frozen=True):
    """An amount of points or money that the till reckons with. Clients spell its number in two ways."""

    loyalty_unit: Word | None = None
    amount_value: Raw = Raw()
    value: Raw = Raw()


class LoyaltyData(Fields, frozen=True):
    loyalty_account_id: LoyaltyAccountID | None = None
    card_acquisition_reference: Raw = Raw()
    loyalty_amount: LoyaltyAmount | None = None


class LoyaltyConditions(Fields, frozen=True):
    """TransactionConditions, where no card pays."""

    allowed_loyalty_brand: Raw = Raw()
    loyalty_handling: Raw = Raw()


class LoyaltySaleData(Fields, frozen=True):
    """SaleData: the till's name of the sale; what else is here can carry a person."""

    sale_transaction_id: TransactionID
    token_requested_type: Word | None = None
    customer_order_id: Raw = Raw()
    customer_order_id_too: Raw = field(name="CustomerOrderId", default=Raw())
    sale_to_poi_data: Raw = Raw()
    sale_to_acquirer_data: Raw = Raw()
    sale_to_issuer_data: Raw = Raw()


class LoyaltyTransaction(Fields, frozen=True):
    """`original_poi_transaction`: the payment that gives the points. Amounts in units of the currency."""

    loyalty_transaction_type: LoyaltyTransactionType
    currency: CurrencyCode | None = None
    total_amount: Raw = Raw()
    original_poi_transaction: OriginalPOITransaction | None = None
    transaction_conditions: LoyaltyConditions | None = None


class LoyaltyRequest(Fields, frozen=True):
    sale_data: LoyaltySaleData
    loyalty_transaction: LoyaltyTransaction
    loyalty_data: list[LoyaltyData] | LoyaltyData | None = None
