"""A Reckoning as nexo's totals: by tender, what was paid (Debit) and what was given back (Credit), and what to look at.

A void on the day of its sale is in neither: nothing of that sale stands. What an earlier day has in its totals and was
taken back since is a ReverseDebit or a ReverseCredit.
"""

from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.money import Currency
from pos_bridge.domain.totals import Reckoning, Total
from pos_bridge.pos_api.said_of_days import NOTICED, Noticed
from pos_bridge.pos_api.speech import Pairs, success
from pos_bridge.wire.nexo.amounts import units
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.totals_response import (
    GetTotalsResponse,
    PaymentTotals,
    ReconciliationResponse,
    TransactionTotals,
)
from pos_bridge.wire.nexo.words import InstrumentType, ReconciliationType, TransactionType
from pos_bridge.words import Language, Words

_INSTRUMENTS = {Tender.CARD: InstrumentType.CARD, Tender.CASH: InstrumentType.CASH}
_TYPES = {
    Kind.SALE: TransactionType.DEBIT,
    Kind.REFUND: TransactionType.CREDIT,
    Kind.CARD_REFUND: TransactionType.CREDIT,
}


_REVERSES = {
    Kind.SALE: TransactionType.REVERSE_DEBIT,
    Kind.REFUND: TransactionType.REVERSE_CREDIT,
    Kind.CARD_REFUND: TransactionType.REVERSE_CREDIT,
}


def totals_response(language: Language, reckoning: Reckoning) -> GetTotalsResponse:
    return GetTotalsResponse(_response(language, reckoning), str(reckoning.number), _totals(reckoning))


def reconciliation_response(language: Language, reckoning: Reckoning) -> ReconciliationResponse:
    """The period that has just ended. It ended whatever else there is to say about it: Success."""
    response = _response(language, reckoning)
    return ReconciliationResponse(response, ReconciliationType.SALE, str(reckoning.number), _totals(reckoning))


def _totals(reckoning: Reckoning) -> tuple[TransactionTotals, ...]:
    currency = Currency.CAD.name
    found = ((tender, _by_type(reckoning, tender)) for tender in Tender)
    return tuple(TransactionTotals(_INSTRUMENTS[tender], currency, totals) for tender, totals in found if totals)


def _by_type(reckoning: Reckoning, tender: Tender) -> tuple[PaymentTotals, ...]:
    sums: dict[TransactionType, Total] = {}
    for types, told in ((_TYPES, reckoning.totals), (_REVERSES, reckoning.taken_back)):
        for kind, type_ in types.items():
            one, so_far = told.get((tender, kind), Total()), sums.get(type_, Total())
            sums[type_] = Total(so_far.count + one.count, so_far.cents + one.cents)
    return tuple(PaymentTotals(type_, total.count, units(total.cents)) for type_, total in sums.items() if total.count)


def _response(language: Language, reckoning: Reckoning) -> Response:
    counts = {
        "differences": len(reckoning.differences or ()),
        "unsettled": reckoning.unsettled,
        "halfPaid": reckoning.half_paid,
    }
    there = {
        Noticed.DIFFERENCES: bool(reckoning.differences),
        Noticed.NOT_COMPARED: reckoning.differences is None,
        Noticed.UNSETTLED: bool(reckoning.unsettled),
        Noticed.HALF_PAID: bool(reckoning.half_paid),
    }
    noticed = [noticed for noticed, is_so in there.items() if is_so]
    words: tuple[Words, ...] = tuple(NOTICED[one] for one in noticed)
    warning: Pairs = (("warning", ",".join(one.value for one in noticed)),) if noticed else ()
    pairs: Pairs = tuple((name, str(count)) for name, count in counts.items() if count)
    return success(language, words, (*warning, *pairs))
