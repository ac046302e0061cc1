"""What the journal knows of a till's requests, and for how long."""

import os
from dataclasses import replace

import pytest

from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import Cause, State
from pos_bridge.journal.errors import JournalRefusedError
from tests.journal.looks import stored
from tests.journal.makers import (
    Clock,
    binding,
    captured,
    capturing,
    card,
    cash,
    opened,
    paid,
    refund,
    refunded,
    reversing,
    till_keys,
    voiding,
)


def test_an_approval_is_untold_until_the_till_has_it(journal):
    opening = card()
    journal.open_leg(opening)
    assert journal.approved_untold(opening.till.sale) is None
    journal.advance(capturing(opening))
    assert journal.approved_untold(opening.till.sale) == opening.key
    journal.advance(captured(opening))
    assert journal.approved_untold(opening.till.sale) == opening.key
    journal.mark_told(opening.key)
    assert journal.approved_untold(opening.till.sale) is None


def test_the_legs_of_a_sale_are_found_by_its_digest_whatever_became_of_them(folder, clock):
    journal = opened(folder, clock)
    first, other = card(), card()
    again = card()
    again = replace(again, till=replace(again.till, sale=first.till.sale))
    for opening in (first, other, again):
        journal.open_leg(opening)
    journal.advance(Advance(first.key, State.DECLINED, Cause.ISSUER, binding=binding()))
    journal.close()
    journal = opened(folder, clock)
    assert set(journal.requests_of_sale(first.till.sale)) == {first.key, again.key}
    assert journal.requests_of_sale(other.till.sale) == (other.key,)
    assert journal.requests_of_sale(bytes(32)) == ()
    journal.close()


def test_a_declined_or_reversed_leg_is_not_an_untold_approval(journal):
    declined, undone = card(), card()
    for opening in (declined, undone):
        journal.open_leg(opening)
    journal.advance(Advance(declined.key, State.DECLINED, Cause.ISSUER, binding=binding()))
    journal.advance(capturing(undone))
    journal.advance(reversing(undone))
    assert journal.approved_untold(declined.till.sale) is None
    assert journal.approved_untold(undone.till.sale) is None


def test_being_told_survives(folder, clock):
    journal = opened(folder, clock)
    opening = paid(journal)
    journal.mark_told(opening.key)
    journal.close()
    journal = opened(folder, clock)
    assert journal.approved_untold(opening.till.sale) is None
    journal.close()


def test_a_closed_request_stays_closed_and_opens_no_leg(journal):
    opening = card()
    journal.close_till_request(opening.till.request)
    assert journal.find_request(opening.till.request).leg is None
    with pytest.raises(JournalRefusedError):
        journal.open_leg(opening)
    assert journal.unsettled() == ()
    assert journal.head.sequence == 0


def test_closing_a_request_that_has_a_leg_changes_nothing(journal):
    opening = card()
    journal.open_leg(opening)
    journal.close_till_request(opening.till.request)
    assert journal.find_request(opening.till.request).leg.key == opening.key


def test_the_same_request_or_key_twice_is_refused_and_leaves_nothing(journal):
    first = card()
    head = journal.open_leg(first)
    for second in (card(till=first.till), first):
        with pytest.raises(JournalRefusedError):
            journal.open_leg(second)
    assert journal.head == head
    assert len(journal.unsettled()) == 1


def test_requests_are_kept_48_hours_and_longer_only_while_unresolved(journal, folder, clock: Clock):
    settled, stuck = paid(journal), card()
    journal.mark_told(settled.key)
    journal.open_leg(stuck)
    journal.close_till_request(bytes(range(32)))
    clock.turn(hours=48)
    assert journal.find_request(settled.till.request) is not None
    clock.turn(hours=1)
    assert journal.find_request(settled.till.request) is None  # not found, even before it is dropped
    assert journal.find_request(stuck.till.request) is not None
    journal.rest()
    assert stored(folder, "SELECT request FROM requests") == [(stuck.till.request,)]
    assert journal.find_leg(settled.key).state is State.CAPTURED  # the link outlives the request
    journal.open_leg(card(till=settled.till))  # tills use their numbers again


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("days", [3, 40, 400])
def test_a_clock_that_jumps_ahead_forgets_no_approval_that_was_not_collected(journal, clock: Clock, told, days):
    opening, coins, sale = paid(journal), cash(), paid(journal)
    back = refund(sale.key)
    journal.open_leg(coins)
    journal.open_leg(back)
    journal.advance(refunded(back))
    declined = card()
    journal.open_leg(declined)
    journal.advance(Advance(declined.key, State.DECLINED, Cause.ISSUER))
    if told:
        for moved in (opening, coins, back):
            journal.mark_told(moved.key)
    clock.turn(days=days)
    journal.rest()
    assert journal.find_request(declined.till.request) is None
    for moved in (opening, coins, back):
        found = journal.find_request(moved.till.request)
        assert (found is None) is told
        assert journal.approved_untold(moved.till.sale) == (None if told else moved.key)
        if not told:
            assert found.leg == journal.find_leg(moved.key)
            with pytest.raises(JournalRefusedError):
                journal.open_leg(card(till=moved.till))
            journal.mark_told(moved.key)
            assert journal.find_request(moved.till.request) is None
            journal.open_leg(card(till=moved.till))  # tills use their numbers again, in the same hour too


def test_a_void_is_known_48_hours(journal, clock: Clock):
    sale, keys = paid(journal), till_keys()
    journal.advance(voiding(sale, keys))
    journal.advance(Advance(sale.key, State.REVERSED, Cause.VOIDED))
    clock.turn(hours=48)
    assert journal.find_request(keys.request).void
    clock.turn(hours=1)
    assert journal.find_request(keys.request) is None


def test_nothing_dropped_lingers_in_the_files(journal, folder, clock: Clock):
    opening = paid(journal)
    journal.mark_told(opening.key)
    clock.turn(hours=49)
    journal.rest()
    written = b"".join(path.read_bytes() for path in folder.iterdir())
    assert opening.till.request not in written
    assert opening.till.sale not in written


def test_holds_tells_what_the_processor_saw(journal):
    first = journal.open_leg(cash())
    second = journal.open_leg(cash())
    assert journal.holds(first.sequence, first.hash) is True
    assert journal.holds(second.sequence, first.hash) is False
    assert journal.holds(3, os.urandom(32)) is False  # a row we never wrote: rolled back, or another till
