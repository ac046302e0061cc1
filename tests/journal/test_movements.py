"""Every kind of movement through the journal's file: what is stored of it, and what is known of it later."""

from dataclasses import replace

import pytest

from pos_bridge.domain.ledger import Advance, KnownRequest
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.makers import (
    START,
    authorised,
    captured,
    capturing,
    card,
    cash,
    cash_back,
    confirmed_by_till,
    opened,
    owed,
    paid,
    part,
    refund,
    refunded,
    state_of,
    taken,
    till_keys,
    voiding,
)

NOW_MS = int(START.timestamp()) * 1000


# ---- refunds ----


@pytest.mark.parametrize("present", [False, True])
def test_a_refund_from_its_intent_to_its_end(journal, folder, present):
    sale = paid(journal, 5000)
    opening = refund(sale.key, 2000, present=present)
    journal.open_leg(opening)
    (leg,) = journal.unsettled()
    kind = Kind.CARD_REFUND if present else Kind.REFUND
    assert (leg.kind, leg.sale_key, leg.state, leg.amount) == (kind, sale.key, State.REFUND_INTENT, Amount(2000))
    assert leg.not_after_ms == opening.not_after_ms
    assert journal.refunds_of(sale.key) == (leg,)
    journal.advance(refunded(opening))
    (leg,) = journal.refunds_of(sale.key)
    assert (leg.state, leg.approved, leg.sale_key) == (State.REFUNDED, Amount(2000), sale.key)
    assert journal.find_leg(opening.key) == leg
    assert journal.unsettled() == ()
    assert isinstance(verify(folder)[0], SoundFile)


def test_refunds_of_a_sale_are_all_of_them_and_no_others(journal):
    one, other = paid(journal), paid(journal)
    first, second, foreign = refund(one.key, 100), refund(one.key, 200), refund(other.key, 300)
    for opening in (first, second, foreign):
        journal.open_leg(opening)
    journal.advance(Advance(first.key, State.REFUND_DECLINED, Cause.ISSUER))
    found = {leg.key: leg.state for leg in journal.refunds_of(one.key)}
    assert found == {first.key: State.REFUND_DECLINED, second.key: State.REFUND_INTENT}
    assert journal.refunds_of(LegKey.fresh()) == ()


def test_refunds_are_found_over_the_months(journal, folder, clock):
    sale = paid(journal)
    refunds = []
    for _ in range(3):
        opening = refund(sale.key, 100)
        journal.open_leg(opening)
        refunds.append(opening)
        clock.turn(days=31)
        journal.advance(refunded(opening))
        journal.mark_told(opening.key)
    journal.open_leg(cash())
    assert {leg.key for leg in journal.refunds_of(sale.key)} == {opening.key for opening in refunds}
    assert {leg.state for leg in journal.refunds_of(sale.key)} == {State.REFUNDED}
    assert all(isinstance(report, SoundFile) for report in verify(folder))


def test_an_uncollected_refund_is_known_by_its_sale(journal):
    sale = paid(journal)
    opening = refund(sale.key)
    journal.open_leg(opening)
    assert journal.approved_untold(opening.till.sale) is None
    journal.advance(refunded(opening))
    assert journal.approved_untold(opening.till.sale) == opening.key
    journal.mark_told(opening.key)
    assert journal.approved_untold(opening.till.sale) is None


# ---- voids ----


def test_a_void_is_one_commit_with_its_request(journal):
    sale = paid(journal)
    keys = till_keys()
    journal.advance(voiding(sale, keys))
    found = journal.find_request(keys.request)
    assert found == KnownRequest(keys.content, journal.find_leg(sale.key), void=True)
    assert journal.find_request(sale.till.request).void is False
    journal.advance(Advance(sale.key, State.REVERSED, Cause.VOIDED))
    assert journal.find_request(keys.request).leg.state is State.REVERSED
    assert journal.approved_untold(keys.sale) is None


def test_a_void_by_a_request_that_was_seen_leaves_nothing(journal):
    sale = paid(journal)
    head = journal.head
    with pytest.raises(JournalRefusedError):
        journal.advance(voiding(sale, sale.till))
    assert journal.head == head
    assert state_of(journal, sale.key) is State.CAPTURED


def test_a_void_that_came_too_late_becomes_a_refund_by_the_same_request(journal):
    sale = paid(journal)
    keys = till_keys()
    journal.advance(voiding(sale, keys))
    journal.advance(Advance(sale.key, State.CAPTURED, Cause.TOO_LATE))
    opening = refund(sale.key, till=keys)
    journal.open_leg(opening)
    found = journal.find_request(keys.request)
    assert (found.leg.key, found.void) == (opening.key, False)


@pytest.mark.parametrize("wrong", ["content", "sale", "kind"])
def test_no_other_leg_is_opened_by_the_request_of_a_void(journal, wrong):
    sale, other = paid(journal), paid(journal)
    keys = till_keys()
    journal.advance(voiding(sale, keys))
    opening = {
        "content": refund(sale.key, till=replace(keys, content=till_keys().content)),
        "sale": refund(other.key, till=keys),
        "kind": card(till=keys),
    }[wrong]
    with pytest.raises(JournalRefusedError):
        journal.open_leg(opening)
    assert journal.find_request(keys.request).void


def test_a_leg_that_is_taken_up_again_is_as_old_as_its_last_step(journal, clock):
    sale = paid(journal)
    clock.turn(days=3)
    journal.advance(voiding(sale))
    (leg,) = journal.unsettled()
    assert leg.begun_ms == NOW_MS - NOW_MS % 3_600_000  # to the hour, never later than it was


# ---- cash ----


def test_cash_that_is_due_until_the_cashier_says_what_became_of_it(journal, folder):
    one, other = owed(1233), owed(777)
    for opening in (one, other):
        journal.open_leg(opening)
    assert [(leg.tender, leg.state, leg.due) for leg in journal.unsettled()] == [
        (Tender.CASH, State.CASH_DUE, 1235),
        (Tender.CASH, State.CASH_DUE, 775),
    ]
    journal.advance(taken(one))
    journal.advance(Advance(other.key, State.CASH_CANCELLED, Cause.CANCELLED))
    assert (state_of(journal, one.key), state_of(journal, other.key)) == (State.CASH_TAKEN, State.CASH_CANCELLED)
    assert journal.find_leg(one.key).due == 1235
    assert journal.unsettled() == ()
    assert isinstance(verify(folder)[0], SoundFile)


def test_what_the_cashier_says_twice_is_written_once(journal):
    opening = owed()
    journal.open_leg(opening)
    head = journal.advance(taken(opening))
    assert journal.advance(taken(opening)) == head
    with pytest.raises(JournalRefusedError):
        journal.advance(Advance(opening.key, State.CASH_CANCELLED, Cause.CANCELLED))


@pytest.mark.parametrize("of_a_sale", [True, False])
def test_cash_given_back(journal, of_a_sale):
    sale = cash(5000)
    journal.open_leg(sale)
    opening = cash_back(1233, sale.key if of_a_sale else None)
    journal.open_leg(opening)
    leg = journal.find_leg(opening.key)
    assert (leg.kind, leg.state, leg.due) == (Kind.REFUND, State.CASH_REFUNDED, 1235)
    assert leg.sale_key == (sale.key if of_a_sale else None)
    assert [found.key for found in journal.refunds_of(sale.key)] == ([opening.key] if of_a_sale else [])


def test_cash_given_back_in_parts_is_rounded_together(journal):
    sale = cash(100)
    journal.open_leg(sale)
    parts = [replace(cash_back(cents, sale.key), due=due) for cents, due in ((33, 35), (33, 30), (33, 35), (1, 0))]
    for opening in parts:
        journal.open_leg(opening)
    assert sum(leg.due for leg in journal.refunds_of(sale.key)) == 100
    with pytest.raises(JournalRefusedError):
        journal.open_leg(replace(cash_back(33), due=30))


def test_cash_that_is_not_rounded_is_refused_but_for_a_part(journal):
    with pytest.raises(JournalRefusedError):
        journal.open_leg(replace(cash(1233), due=1233))
    journal.open_leg(replace(cash(1233, basket=part()), due=1233))


# ---- a till that confirms ----


def test_an_approval_that_waits_for_the_till(folder, clock):
    journal = opened(folder, clock)
    opening = confirmed_by_till(within_s=60)
    journal.open_leg(opening)
    journal.advance(authorised(opening))
    assert journal.approved_untold(opening.till.sale) == opening.key
    journal.close()
    journal = opened(folder, clock)
    (leg,) = journal.unsettled()
    assert (leg.state, leg.approved) == (State.AUTHORISED, opening.amount)
    assert (leg.begun_ms, leg.confirm_by_ms) == (NOW_MS, NOW_MS + 60_000)
    journal.advance(capturing(opening))
    journal.advance(captured(opening))
    settled = journal.find_leg(opening.key)
    assert settled is not None
    assert (settled.begun_ms, settled.not_after_ms, settled.confirm_by_ms) == (None, None, None)
    journal.close()


# ---- what no movement is ----


@pytest.mark.parametrize("state", [State.CAPTURED, State.CASH_TAKEN, State.REVERSING, State.GIVEN_BACK])
def test_a_refund_takes_no_step_of_a_sale(journal, state):
    sale = paid(journal)
    opening = refund(sale.key)
    journal.open_leg(opening)
    with pytest.raises(JournalRefusedError):
        journal.advance(Advance(opening.key, state, approved=opening.amount))
    assert state_of(journal, opening.key) is State.REFUND_INTENT
