"""The explorer's journal is the shipped one: the same operations, in any order, give the same answers and refusals."""

import itertools
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_bridge.domain.ledger import Advance, JournalHead, Opening
from pos_bridge.domain.leg import STORED_CAUSES, Kind, State, Tender
from pos_bridge.domain.money import Amount
from pos_bridge.domain.totals import Period
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.journal_file import JournalFile
from tests.explorer import periods
from tests.explorer.books import Books
from tests.explorer.entries import (
    Advanced,
    BasketCancelled,
    DayAgreed,
    Entry,
    EpochChanged,
    HeadRefused,
    Opened,
    PeriodClosed,
    RefusedHeadAccepted,
    RequestClosed,
    Told,
)
from tests.explorer.refusals import refuses
from tests.journal.makers import START, Clock, card, cash, cash_back, confirmed_by_till, owed, part, refund, till_keys

NOW_MS = int(START.timestamp() * 1000)
REFERENCES = (sha256(b"one").digest(), sha256(b"two").digest())
HEADS = (JournalHead(900, sha256(b"three").digest()), JournalHead(901, sha256(b"four").digest()))
CARD_STATES = [
    state
    for state in State
    if not state.value.startswith("cash") and state not in {State.SENDING, State.AGREEING, State.INTENT}
]


class Operations:
    """Draws what might be written next: mostly what a till would, sometimes what it never should."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self.opened: list[Opening] = []
        self._keys = [till_keys() for _ in range(6)]

    def next(self) -> Entry:
        draw = self._draw
        if not self.opened or draw.random() < 0.4:
            opening = self._opening()
            self.opened.append(opening)
            return Opened(opening, NOW_MS)
        opening = draw.choice(self.opened)
        return draw.choice(
            (
                lambda: self._advance(opening),
                lambda: self._advance(opening),
                lambda: self._advance(opening),
                lambda: Told(opening.key),
                lambda: RequestClosed(draw.choice(self._keys).request),
                lambda: BasketCancelled(draw.choice(REFERENCES)),
                lambda: PeriodClosed(
                    request=draw.choice((None, *REFERENCES)), agreed=draw.random() < 0.5, at_ms=NOW_MS
                ),
                lambda: EpochChanged(sha256(b"%d" % draw.randrange(3)).digest()),
                lambda: HeadRefused(draw.choice(HEADS)),
                RefusedHeadAccepted,
            )
        )()

    def undo(self, entry: Entry) -> None:
        if isinstance(entry, Opened):
            self.opened.remove(entry.opening)

    def _opening(self) -> Opening:
        draw = self._draw
        till = draw.choice(self._keys) if draw.random() < 0.3 else till_keys()
        basket = part(9000, draw.choice((0, 500)), draw.choice(REFERENCES)) if draw.random() < 0.4 else None
        sales = [opening for opening in self.opened if opening.kind is Kind.SALE]
        makers: list[Callable[[], Opening]] = [
            lambda: card(draw.randrange(100, 5000), till=till, basket=basket),
            lambda: confirmed_by_till(draw.randrange(100, 5000)),
            lambda: cash(draw.randrange(100, 5000), till=till, basket=basket),
            lambda: owed(draw.randrange(100, 5000), basket=basket),
        ]
        if sales:
            sale = draw.choice(sales)
            back = (
                (lambda: refund(sale.key, draw.randrange(1, 100), present=draw.random() < 0.5, till=till))
                if sale.tender is Tender.CARD
                else (lambda: cash_back(draw.randrange(1, 100), sale.key))
            )
            makers += [back, back]
        return draw.choice(makers)()

    def _advance(self, opening: Opening) -> Entry:
        draw = self._draw
        if opening.tender is Tender.CASH:
            return Advanced(Advance(opening.key, draw.choice((State.CASH_TAKEN, State.CASH_CANCELLED)), None), NOW_MS)
        approved = Amount(draw.randrange(1, opening.amount.cents + 1)) if draw.random() < 0.5 else None
        till = draw.choice(self._keys) if draw.random() < 0.2 else None
        change = Advance(
            opening.key, draw.choice(CARD_STATES), draw.choice((None, *STORED_CAUSES)), approved, till=till
        )
        return Advanced(change, NOW_MS)


def written(journal: JournalFile, entry: Entry) -> None:  # noqa: C901 - a line a case
    match entry:
        case Opened(opening, _):
            journal.open_leg(opening)
        case Advanced(change, _):
            journal.advance(change)
        case RequestClosed(request):
            journal.close_till_request(request)
        case Told(key):
            journal.mark_told(key)
        case BasketCancelled(reference):
            journal.cancel_basket(reference)
        case PeriodClosed(up_to, request, agreed, _):
            journal.close_period(up_to, request, agreed=agreed)
        case DayAgreed(number):
            journal.note_day_agreed(number)
        case EpochChanged(digest):
            journal.change_ledger_epoch(digest)
        case HeadRefused(head):
            journal.note_refused_head(head)
        case RefusedHeadAccepted():
            journal.accept_refused_head()


def compare(journal: JournalFile, books: Books, operations: Operations) -> None:
    for opening in operations.opened:
        leg = books.legs.get(opening.key)
        assert journal.find_leg(opening.key) == leg
        assert set(journal.refunds_of(opening.key)) == set(books.refunds_of(opening.key))
        assert journal.basket_of(opening.key) == books.basket_of(opening.key)
        for keys in (opening.till, *operations._keys):
            assert journal.find_request(keys.request) == books.find_request(keys.request)
            assert (journal.approved_untold(keys.sale) is None) is (books.approved_untold(keys.sale) is None)
            assert set(journal.requests_of_sale(keys.sale)) == set(books.requests_of_sale(keys.sale))
    assert journal.unsettled() == books.unsettled()
    for reference in REFERENCES:
        assert journal.find_basket(reference) == books.find_basket(reference)
    assert set(journal.open_baskets()) == set(books.open_baskets())
    assert journal.head.sequence == books.head.sequence
    for head in HEADS:
        assert journal.holds(head.sequence, head.hash) is books.holds(head.sequence, head.hash)
    same_period(journal.period(), books.this_period())
    assert journal.days_to_compare() == books.days_to_compare()
    assert [journal.closed_by(reference) for reference in REFERENCES] == list(map(books.closed_by, REFERENCES))
    assert journal.closed_day(len(books.days)) is None
    for number in range(len(books.days)):
        real, ours = journal.closed_day(number), periods.closed(books, number)
        assert real is not None
        assert ours is not None
        same_period(real, ours)


def same_period(real: Period, ours: Period) -> None:
    assert real.number == ours.number
    assert set(real.legs) == set(ours.legs)
    assert set(real.earlier) == set(ours.earlier)
    assert (real.up_to, real.ended_ms) == (ours.up_to, ours.ended_ms)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("journals")
    return (root / str(number) for number in itertools.count())


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_any_operations_in_any_order_mean_the_same(folders, seed):
    operations, books = Operations(Random(seed)), Books()
    folder = next(folders)
    journal = JournalFile.open(folder, 7, Clock())
    try:
        for _ in range(30):
            entry = operations.next()
            if refuses(books, entry):
                with pytest.raises(JournalRefusedError):
                    written(journal, entry)
                operations.undo(entry)
            else:
                written(journal, entry)
                books.apply(entry)
        compare(journal, books, operations)
    finally:
        journal.close()
