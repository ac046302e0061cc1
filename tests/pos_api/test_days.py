"""GetTotals and Reconciliation, over the real HTTPS port."""

from dataclasses import replace
from typing import Any

import pytest

from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Difference, Gap, Reckoning, Total
from pos_bridge.domain.trouble import Trouble
from tests.pos_api.world import Store, more, result
from tests.wire.nexo.shapes import payment, reconciliation, totals, with_field

DIFFERENCE = Difference(LegKey.fresh(), Gap.ONLY_THERE, None, Standing.CAPTURED, 1099)
SOLD = Reckoning(
    number=41,
    totals={
        (Tender.CARD, Kind.SALE): Total(3, 123_456),
        (Tender.CARD, Kind.REFUND): Total(1, 1099),
        (Tender.CARD, Kind.CARD_REFUND): Total(1, 501),
        (Tender.CASH, Kind.SALE): Total(2, 2470),
    },
    unsettled=0,
    half_paid=0,
    differences=(),
)
TOTALS = [
    {
        "PaymentInstrumentType": "Card",
        "PaymentCurrency": "CAD",
        "PaymentTotals": [
            {"TransactionType": "Debit", "TransactionCount": 3, "TransactionAmount": 1234.56},
            {"TransactionType": "Credit", "TransactionCount": 2, "TransactionAmount": 16.00},
        ],
    },
    {
        "PaymentInstrumentType": "Cash",
        "PaymentCurrency": "CAD",
        "PaymentTotals": [{"TransactionType": "Debit", "TransactionCount": 2, "TransactionAmount": 24.70}],
    },
]


def with_trouble(**trouble: Any) -> Reckoning:
    return replace(SOLD, **trouble)


def test_totals_so_far(store: Store):
    store.desk.reckoning = SOLD
    body = store.ask(totals())
    assert body == {
        "Response": {"Result": "Success"},
        "POIReconciliationID": "41",
        "TransactionTotals": TOTALS,
    }
    assert store.ask(totals()) == body
    assert store.desk.days == 0


def test_a_day_end(store: Store):
    store.desk.reckoning = SOLD
    body = store.ask(reconciliation())
    assert body == {
        "Response": {"Result": "Success"},
        "ReconciliationType": "SaleReconciliation",
        "POIReconciliationID": "41",
        "TransactionTotals": TOTALS,
    }
    assert store.ask(totals()) == {"Response": {"Result": "Success"}, "POIReconciliationID": "42"}


def test_what_was_taken_back_of_an_earlier_day_reverses_it(store: Store):
    taken_back = {
        (Tender.CARD, Kind.SALE): Total(1, 4750),
        (Tender.CARD, Kind.REFUND): Total(1, 100),
        (Tender.CARD, Kind.CARD_REFUND): Total(1, 50),
    }
    store.desk.reckoning = with_trouble(totals={}, taken_back=taken_back)
    (card,) = store.ask(reconciliation())["TransactionTotals"]
    assert card["PaymentTotals"] == [
        {"TransactionType": "ReverseDebit", "TransactionCount": 1, "TransactionAmount": 47.50},
        {"TransactionType": "ReverseCredit", "TransactionCount": 2, "TransactionAmount": 1.50},
    ]


def test_a_day_end_asked_for_twice_by_one_name_ends_one_day(store: Store):
    store.desk.reckoning = SOLD
    first, second = store.asking(reconciliation()), store.asking(reconciliation())
    assert first.answer() == second.answer() == store.ask(reconciliation())
    assert store.desk.days == 1
    assert store.ask(reconciliation(service_id="2"))["POIReconciliationID"] == "42"
    assert store.desk.days == 2


@pytest.mark.parametrize("message", [totals(), reconciliation()], ids=["totals", "reconciliation"])
@pytest.mark.parametrize(
    ("trouble", "pairs", "words"),
    [
        (
            {"differences": (DIFFERENCE, DIFFERENCE)},
            {"warning": "differences", "differences": "2"},
            "about 2 transaction(s)",
        ),
        ({"differences": None}, {"warning": "not-compared"}, "could not be asked"),
        ({"unsettled": 3}, {"warning": "unsettled", "unsettled": "3"}, "How 3 transaction(s) ended"),
        ({"half_paid": 1}, {"warning": "half-paid", "halfPaid": "1"}, "1 sale(s) are paid in part"),
        (
            {"differences": None, "unsettled": 1, "half_paid": 2},
            {"warning": "not-compared,unsettled,half-paid", "unsettled": "1", "halfPaid": "2"},
            "2 sale(s) are paid in part",
        ),
    ],
)
def test_what_is_not_in_the_totals_is_said(store: Store, message, trouble, pairs, words):
    store.desk.reckoning = with_trouble(**trouble)
    body = store.ask(message)
    assert result(body) == ("Success", None)
    told = more(body)
    assert {name: value for name, value in told.items() if not name.startswith("message")} == pairs
    assert words in told["messageEn"]
    assert told["message"] == told["messageFr"] != told["messageEn"]
    assert body["TransactionTotals"] == TOTALS
    assert str(DIFFERENCE.key) not in str(body)


def test_a_day_does_not_end_while_something_runs(store: Store):
    store.hold()
    paying = store.asking(payment())
    store.wait_for(lambda: store.desk.live == 1)
    body = store.ask(reconciliation(service_id="2"))
    assert result(body) == ("Failure", "Busy")
    assert (more(body)["serviceId"], body["ReconciliationType"]) == ("0207111104", "SaleReconciliation")
    assert result(store.ask(totals(service_id="3"))) == ("Success", None)
    store.release()
    assert result(paying.answer()) == ("Success", None)
    assert store.desk.days == 0
    ended = store.ask(reconciliation(service_id="2"))
    assert result(ended) == ("Success", None)
    store.hold()
    paying = store.asking(payment(service_id="4"))
    store.wait_for(lambda: store.desk.live == 1)
    assert store.ask(reconciliation(service_id="2")) == ended, "that day has ended: nothing of it runs"
    store.release()
    assert result(paying.answer()) == ("Success", None)


@pytest.mark.parametrize("kind", ["AcquirerSynchronisation", "AcquirerReconciliation", "PreviousReconciliation"])
def test_another_kind_of_reconciliation_closes_nothing(store: Store, kind):
    body = store.ask(reconciliation(kind))
    assert result(body) == ("Failure", "NotAllowed")
    assert "Nothing was closed" in more(body)["messageEn"]
    assert body["ReconciliationType"] == kind
    assert store.desk.days == 0


def test_a_word_that_is_no_kind_is_named_by_its_field(store: Store):
    body = store.ask(reconciliation("Jean Tremblay"))
    assert result(body) == ("Failure", "MessageFormat")
    assert more(body)["field"] == "ReconciliationRequest.ReconciliationType"
    assert "Jean" not in str(body)


def test_a_journal_that_cannot_be_written_leaves_the_day_open(store: Store):
    store.desk.day_fault = JournalUnwritableError()
    body = store.ask(reconciliation())
    assert result(body) == ("Failure", "UnavailableService")
    assert "the day is not closed" in more(body)["messageEn"]
    none = store.ask(totals())
    assert result(none) == ("Failure", "UnavailableService")
    assert "there are no totals" in more(none)["messageEn"]
    store.desk.day_fault = None
    assert result(store.ask(reconciliation())) == ("Success", None)
    assert store.desk.days == 1


def test_a_fault_of_ours_ends_no_day_and_says_nothing_else(store: Store):
    store.desk.day_fault = RuntimeError("Jean Tremblay")
    body = store.ask(reconciliation())
    assert result(body) == ("Failure", "UnavailableService")
    assert "Jean" not in str(body)
    assert store.troubles == [Trouble.REQUEST]
    store.troubles.clear()


@pytest.mark.parametrize("field", ["SaleID", "OperatorID", "ShiftNumber", "TotalsGroupID"])
def test_totals_of_less_than_this_terminal_are_not_passed_off_as_that(store: Store, field):
    body = store.ask(with_field(totals(), f"GetTotalsRequest.TotalFilter.{field}", "Jean Tremblay"))
    assert result(body) == ("Failure", "NotAllowed")
    assert more(body)["field"] == f"GetTotalsRequest.TotalFilter.{field}"
    assert "Jean" not in str(body)


def test_totals_of_another_terminal_are_not_ours_to_tell(store: Store):
    body = store.ask(with_field(totals(), "GetTotalsRequest.TotalFilter.POIID", "P400-000000002"))
    assert result(body) == ("Failure", "NotAllowed")


@pytest.mark.parametrize("wanted", [None, {}, {"SaleID": None}])
def test_no_filter_is_all_of_it(store: Store, wanted):
    assert result(store.ask(with_field(totals(), "GetTotalsRequest.TotalFilter", wanted))) == ("Success", None)
