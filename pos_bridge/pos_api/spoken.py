"""In which language a request asks to be answered: the cashier's copy and sentences, and the customer's copy.

A request is SaleData.OperatorLanguage (the cashier's, *if different from the Login*) and
TransactionConditions.CustomerLanguage (the customer's). LoginRequest.OperatorLanguage is none: the standard requires
it of every till, so that existing software sends a fixed word that nobody chose, and terminals in the field ignore it.
Whoever asks for nothing, or for a language that is not spoken here, is given the configured one.
"""

from dataclasses import dataclass

from pos_bridge.wire.nexo.loose import text
from pos_bridge.wire.nexo.request import PaymentRequest, ReversalRequest
from pos_bridge.words import Language, asked_for


@dataclass(frozen=True, slots=True)
class Spoken:
    """The languages of an answer: to whoever sells, and to whoever pays."""

    cashier: Language
    customer: Language


@dataclass(frozen=True, slots=True)
class Wished:
    """The languages that a request asks for; None for no wish."""

    cashier: Language | None = None
    customer: Language | None = None

    def or_else(self, usual: Language) -> Spoken:
        return Spoken(self.cashier or usual, self.customer or usual)


NO_WISH = Wished()


def wished(request: PaymentRequest | ReversalRequest) -> Wished:
    """Read leniently: what is no language is no wish, and stops nothing."""
    if isinstance(request, ReversalRequest):
        return NO_WISH if request.sale_data is None else Wished(asked_for(text(request.sale_data.operator_language)))
    conditions = request.payment_transaction.transaction_conditions
    customer = None if conditions is None else text(conditions.customer_language)
    return Wished(asked_for(text(request.sale_data.operator_language)), asked_for(customer))
