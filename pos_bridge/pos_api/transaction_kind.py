"""The three transactions that a till can ask for, by the message that asks."""

from enum import Enum

from pos_bridge.wire.nexo.words import Category


class TransactionKind(Enum):
    """What the till wants done with money; the value is kept with its request for 48 h."""

    PAYMENT = "payment"
    REFUND = "refund"  # a PaymentRequest of PaymentType Refund
    REVERSAL = "reversal"

    @property
    def category(self) -> Category:
        return Category.REVERSAL if self is TransactionKind.REVERSAL else Category.PAYMENT

    @property
    def gives_back(self) -> bool:
        return self is not TransactionKind.PAYMENT
