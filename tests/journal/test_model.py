"""Random lives of a journal against a model: every movement, restarts, refusals, hours and months passing."""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pos_bridge.domain.ledger import Advance, BasketPart, JournalHead, Opening
from pos_bridge.domain.leg import SETTLED, STORED_CAUSES, Cause, Kind, State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.makers import (
    Clock,
    binding,
    card,
    cash,
    cash_back,
    confirmed_by_till,
    opened,
    owed,
    part,
    refund,
    till_keys,
    voiding,
)
from tests.journal.model import NEXT, Model, ModelLeg

_APPROVES = {State.AUTHORISED, State.CAPTURING, State.CAPTURED, State.CAPTURE_LOST, State.REFUNDED}
_CENTS = st.integers(1, 99_999)


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="journal-")) / "journal"
        self.clock = Clock()
        self.journal = opened(self.folder, self.clock)
        self.model = Model(self.clock.now)

    def teardown(self) -> None:
        self.journal.close()
        assert all(isinstance(report, SoundFile) for report in verify(self.folder))
        shutil.rmtree(self.folder.parent)

    def write(self, opening: Opening) -> None:
        self.model.forget()
        self.model.opened(opening, self.journal.open_leg(opening))

    def is_refused(self, opening: Opening) -> bool:
        try:
            self.journal.open_leg(opening)
        except JournalRefusedError:
            return True
        return False

    def one_of(self, data: st.DataObject, *, sales: bool = False) -> LegKey | None:
        keys = [key for key, leg in self.model.legs.items() if not sales or leg.opening.kind is Kind.SALE]
        return data.draw(st.sampled_from(keys)) if keys else None

    # ---- legs ----

    @rule(cents=_CENTS, make=st.sampled_from([card, cash, owed, confirmed_by_till, cash_back]))
    def open_leg(self, cents: int, make: object) -> None:
        assert callable(make)
        self.write(make(cents))

    @rule(cents=st.integers(2, 99_999))
    def open_what_may_be_approved_in_part(self, cents: int) -> None:
        self.write(card(cents, partial_ok=True))

    @rule(data=st.data(), cents=_CENTS, how=st.sampled_from(["reference", "card", "cash"]))
    def open_refund(self, data: st.DataObject, cents: int, how: str) -> None:
        sale = self.one_of(data, sales=True)
        if sale is not None:
            self.write(cash_back(cents, sale) if how == "cash" else refund(sale, cents, present=how == "card"))

    @rule(count=st.integers(2, 4))
    def open_together(self, count: int) -> None:
        self.model.forget()
        openings = [card() for _ in range(count)]
        doubled = openings[0]
        writes = [lambda opening=o: self.journal.open_leg(opening) for o in (*openings, doubled)]
        *heads, refused = self.journal.together(writes)
        assert isinstance(refused, JournalRefusedError)
        for opening, head in zip(openings, heads, strict=True):
            assert isinstance(head, JournalHead)
            self.model.opened(opening, head)

    @rule(data=st.data(), choice=st.integers(0, 5), cause=st.sampled_from(STORED_CAUSES), partly=st.booleans())
    def advance(self, data: st.DataObject, choice: int, cause: Cause, partly: bool) -> None:
        key = self.one_of(data)
        if key is None:
            return
        leg = self.model.legs[key]
        opening = leg.opening
        ways = NEXT[opening.tender, opening.kind].get(leg.state, ())
        if not ways:
            return
        state = ways[choice % len(ways)]
        approved = None
        if state in _APPROVES and leg.approved is None:
            approved = Amount(1) if partly and opening.partial_ok else opening.amount
        bound = binding() if leg.state is State.INTENT else None
        self.go_on(Advance(key, state, cause, approved, bound))

    @rule(data=st.data(), late=st.booleans())
    def void(self, data: st.DataObject, late: bool) -> None:
        paid = [
            key
            for key, leg in self.model.legs.items()
            if leg.state in {State.CAPTURING, State.CAPTURED} and leg.opening.kind is Kind.SALE
        ]
        if not paid:
            return
        sale = self.model.legs[data.draw(st.sampled_from(paid))].opening
        keys = till_keys()
        self.go_on(voiding(sale, keys))
        if late:
            self.go_on(Advance(sale.key, State.CAPTURED, Cause.TOO_LATE))
            assert self.is_refused(card(till=keys))
            self.write(refund(sale.key, sale.amount.cents, till=keys))

    def go_on(self, change: Advance) -> None:
        self.model.forget()
        self.model.advanced(change, self.journal.advance(change))

    @rule(data=st.data())
    def tell(self, data: st.DataObject) -> None:
        key = self.one_of(data)
        if key is not None:
            self.model.forget()
            self.journal.mark_told(key)
            self.model.legs[key].told = True

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        key = self.one_of(data)
        if key is not None and self.model.request(self.model.legs[key].opening.till.request) is not None:
            assert self.is_refused(self.model.legs[key].opening)
            assert self.is_refused(card(till=self.model.legs[key].opening.till))

    # ---- baskets ----

    @rule(cents=_CENTS, due=st.integers(2, 99_999), in_cash=st.booleans())
    def begin_basket(self, cents: int, due: int, in_cash: bool) -> None:
        make = cash if in_cash else card
        self.write(make(min(cents, due), basket=part(due, outside=due // 4)))

    @rule(data=st.data(), cents=_CENTS, in_cash=st.booleans())
    @precondition(lambda self: self.model.baskets)
    def add_to_basket(self, data: st.DataObject, cents: int, in_cash: bool) -> None:
        self.model.forget()
        known = self.model.baskets
        if not known:
            return
        reference = data.draw(st.sampled_from([*known]))
        basket = known[reference]
        opening = (cash if in_cash else card)(cents, basket=BasketPart(reference, basket.due, basket.outside))
        if basket.cancelling:
            assert self.is_refused(opening)
        else:
            self.write(opening)

    @rule(data=st.data())
    @precondition(lambda self: self.model.baskets)
    def cancel_basket(self, data: st.DataObject) -> None:
        self.model.forget()
        if self.model.baskets:
            reference = data.draw(st.sampled_from([*self.model.baskets]))
            self.journal.cancel_basket(reference)
            self.model.now = self.clock.now
            self.model.basket_cancelled(reference)

    # ---- periods, and what the processor shows ----

    @rule()
    def close_period(self) -> None:
        assert self.journal.close_period() == self.model.period_closed()

    @rule(first=st.integers(0, 2))
    def change_epoch(self, first: int) -> None:
        digest = bytes(range(first, first + 32))
        self.journal.change_ledger_epoch(digest)
        self.model.epoch_changed(digest)

    @rule(number=st.integers(900, 999))
    def accept_head(self, number: int) -> None:
        head = JournalHead(number, os.urandom(32))
        self.journal.note_refused_head(head)
        assert self.journal.accept_refused_head()
        self.model.accepted = {head}

    # ---- time ----

    @rule(hours=st.integers(1, 30))
    def hours_pass(self, hours: int) -> None:
        self.clock.turn(hours=hours)
        self.model.now = self.clock.now

    @rule(days=st.integers(2, 40))
    def days_pass(self, days: int) -> None:
        self.clock.turn(days=days)
        self.model.now = self.clock.now

    @rule()
    def rest(self) -> None:
        self.journal.rest()
        self.model.forget()

    @rule()
    def restart(self) -> None:
        self.journal.close()
        self.journal = opened(self.folder, self.clock)

    # ---- what is known ----

    @invariant()
    def head_is_the_last_row(self) -> None:
        assert self.journal.head == self.model.heads[-1]
        assert self.journal.ledger_epoch() == self.model.epoch

    @invariant()
    def unsettled_is_what_is_not_settled(self) -> None:
        stored = {leg.key: (leg.state, leg.kind, leg.sale_key, leg.doubted) for leg in self.journal.unsettled()}
        assert stored == {
            key: (leg.state, leg.opening.kind, leg.opening.sale_key, leg.doubted)
            for key, leg in self.model.unsettled().items()
        }

    @rule(data=st.data())
    def look_at_a_leg(self, data: st.DataObject) -> None:
        key = self.one_of(data)
        if key is None:
            return
        expected = self.model.legs[key]
        self.compare(key, expected)
        assert {leg.key: leg.state for leg in self.journal.refunds_of(key)} == self.model.refunds_of(key)
        approved = expected.untold and self.model.requests[expected.opening.till.request].key == key
        assert self.journal.approved_untold(expected.opening.till.sale) == (key if approved else None)

    def compare(self, key: LegKey, expected: ModelLeg) -> None:
        leg, opening = self.journal.find_leg(key), expected.opening
        assert leg is not None
        assert (leg.state, leg.amount, leg.due, leg.kind) == (
            expected.state, opening.amount, opening.due, opening.kind,
        )  # fmt: skip
        assert (leg.sale_key, leg.tender, leg.approved) == (opening.sale_key, opening.tender, expected.approved)
        assert (leg.begun_ms is None) is (expected.state in SETTLED)

    @rule(data=st.data())
    @precondition(lambda self: self.model.requests)
    def look_at_a_request(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from([*self.model.requests]))
        found, expected = self.journal.find_request(request), self.model.request(request)
        if expected is None:
            assert found is None
            return
        assert found is not None
        assert (found.content, found.void) == (expected.content, expected.void)
        assert (None if found.leg is None else found.leg.key) == expected.key

    @rule()
    def look_at_the_baskets(self) -> None:
        for reference in self.model.baskets:
            found, expected = self.journal.find_basket(reference), self.model.basket(reference)
            if expected is None:
                assert found is None
                continue
            assert found is not None
            assert [*found.legs] == expected.keys
            assert found.basket == self.model.as_basket(expected)
        half_paid = {
            reference for reference, basket in self.model.baskets.items() if self.model.as_basket(basket).half_paid
        }
        assert {known.reference for known in self.journal.open_baskets()} == half_paid

    @rule()
    def look_at_the_period(self) -> None:
        period = self.journal.period()
        assert period.number == self.model.number
        assert {leg.key: leg.state for leg in period.legs} == self.model.period()
        assert len(period.legs) == len(self.model.period())

    @rule()
    def look_at_the_chain(self) -> None:
        for head in (self.model.heads[len(self.model.heads) // 2], self.model.heads[-1], *self.model.accepted):
            assert self.journal.holds(head.sequence, head.hash) is True
            assert self.journal.holds(head.sequence, bytes(31) + b"x") is False


Life.TestCase.settings = settings(
    max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
