"""Split tenders: what is known of one, and for how long."""

import os

import pytest

from pos_bridge.domain.basket import BasketLeg, BasketState
from pos_bridge.domain.ledger import Advance, BasketPart
from pos_bridge.domain.leg import Cause, Kind, State
from pos_bridge.domain.money import Amount
from pos_bridge.journal.errors import JournalRefusedError
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.looks import stored
from tests.journal.makers import captured, capturing, card, cash, cash_back, opened, owed, paid, part, refund, refunded


def state_of(journal: JournalFile, basket: BasketPart) -> BasketState | None:
    known = journal.find_basket(basket.reference)
    return None if known is None else known.basket.state


def test_a_basket_is_the_legs_that_pay_it(journal):
    of = part(5000, outside=1000)
    assert journal.find_basket(of.reference) is None
    one, other = card(1500, basket=of), cash(1233, basket=of)
    journal.open_leg(one)
    known = journal.find_basket(of.reference)
    assert (known.reference, known.legs) == (of.reference, (one.key,))
    assert (known.basket.due, known.basket.outside, known.basket.paid) == (Amount(5000), 1000, 1000)
    journal.advance(capturing(one))
    journal.open_leg(other)
    known = journal.find_basket(of.reference)
    assert known.legs == (one.key, other.key)
    assert known.basket.legs == (
        BasketLeg(Kind.SALE, State.CAPTURING, 1500),
        BasketLeg(Kind.SALE, State.CASH_TAKEN, 1233),
    )
    assert (known.basket.paid, known.basket.remaining, known.basket.state) == (3733, 1267, BasketState.OPEN)
    assert journal.open_baskets() == (known,)


def test_what_was_approved_counts(journal):
    of = part(5000)
    opening = card(5000, partial_ok=True, basket=of)
    journal.open_leg(opening)
    journal.advance(Advance(opening.key, State.CAPTURING, approved=Amount(2000)))
    assert journal.find_basket(of.reference).basket.remaining == 3000


def test_what_was_paid_elsewhere_is_as_the_newest_leg_says(journal):
    of = part(5000, outside=1000)
    journal.open_leg(cash(1000, basket=of))
    journal.open_leg(cash(1000, basket=part(5000, 1500, of.reference)))
    basket = journal.find_basket(of.reference).basket
    assert (basket.due, basket.outside, basket.remaining) == (Amount(5000), 1500, 1500)


def test_a_refund_is_part_of_the_basket_that_its_sale_is_part_of_until_that_ends(journal):
    of = part(2000)
    first, second = paid(journal, 500, basket=of), cash(500, basket=of)
    journal.open_leg(second)
    back, change = refund(first.key, 200), cash_back(100, second.key)
    journal.open_leg(back)
    journal.open_leg(change)
    known = journal.find_basket(of.reference)
    assert known.legs == (first.key, second.key, back.key, change.key)
    assert [leg.of for leg in known.basket.legs] == [None, None, 0, 1]
    assert (known.basket.paid, known.basket.left_of(0), known.basket.left_of(1)) == (900, 500, 400)
    journal.advance(refunded(back))
    assert journal.find_basket(of.reference).basket.paid == 700
    journal.open_leg(cash(1300, basket=of))
    later = refund(first.key, 100)
    journal.open_leg(later)
    journal.advance(refunded(later))
    known = journal.basket_of(second.key)
    assert (known.reference, known.basket.state) == (of.reference, BasketState.COMMITTED)
    assert later.key not in known.legs
    assert journal.basket_of(later.key) is None


def test_why_a_leg_is_undone_is_known(journal):
    of = part(2000)
    first = paid(journal, 500, basket=of)
    journal.advance(Advance(first.key, State.REVERSING, Cause.VOIDED))
    basket = journal.find_basket(of.reference).basket
    assert basket.legs[0].cause is Cause.VOIDED
    assert basket.in_doubt(trusted=True)


def test_a_basket_that_is_paid_or_never_was_is_not_listed(journal):
    whole, empty, unsure = part(1000), part(1000), part(1000)
    journal.open_leg(cash(1000, basket=whole))
    declined = card(500, basket=empty)
    journal.open_leg(declined)
    journal.advance(Advance(declined.key, State.DECLINED, Cause.ISSUER))
    assert journal.open_baskets() == ()
    journal.open_leg(card(500, basket=unsure))
    assert [known.reference for known in journal.open_baskets()] == [unsure.reference]
    assert state_of(journal, whole) is BasketState.COMMITTED


def test_a_cancelled_basket_takes_no_sale(folder, clock):
    journal = opened(folder, clock)
    of = part(5000)
    first = card(1500, basket=of)
    journal.open_leg(first)
    journal.advance(capturing(first))
    journal.cancel_basket(of.reference)
    head = journal.head
    for late in (card(100, basket=of), cash(100, basket=of)):
        with pytest.raises(JournalRefusedError):
            journal.open_leg(late)
    assert journal.head == head
    journal.open_leg(cash_back(100, first.key, of))  # what is handed back is part of it
    journal.close()
    journal = opened(folder, clock)
    assert state_of(journal, of) is BasketState.CANCELLING
    journal.advance(Advance(first.key, State.REVERSING, Cause.CANCELLED))
    journal.advance(Advance(first.key, State.REVERSED, Cause.CANCELLED))
    assert state_of(journal, of) is BasketState.CANCELLED
    assert journal.open_baskets() == ()
    journal.close()


def test_what_was_given_back_after_all_was_paid_counts_once_the_basket_is_cancelled(folder, clock):
    journal = opened(folder, clock)
    of = part(2000)
    sale, coins = paid(journal, 1000, basket=of), cash(1000, basket=of)
    journal.open_leg(coins)
    assert state_of(journal, of) is BasketState.COMMITTED
    change = cash_back(400, coins.key)
    journal.open_leg(change)
    journal.advance(Advance(sale.key, State.REVERSING, Cause.VOIDED))
    journal.advance(Advance(sale.key, State.REVERSED, Cause.VOIDED))
    assert state_of(journal, of) is BasketState.OPEN
    for _ in range(2):
        journal.cancel_basket(of.reference)
        known = journal.find_basket(of.reference)
        assert known is not None
        assert known.legs == (sale.key, coins.key, change.key)
        assert [known.basket.left_of(place) for place in range(3)] == [0, 600, 0]
    journal.close()
    assert isinstance(verify(folder)[0], SoundFile)


@pytest.mark.parametrize("of_another", [True, False])
def test_what_is_handed_back_in_a_basket_is_of_a_payment_of_it(journal, of_another):
    of = part(5000)
    journal.open_leg(cash(1000, basket=of))
    with pytest.raises(JournalRefusedError):
        journal.open_leg(cash_back(1000, cash().key if of_another else None, of))
    assert len(journal.find_basket(of.reference).legs) == 1


def test_an_unknown_basket_cannot_be_cancelled(journal):
    with pytest.raises(JournalRefusedError):
        journal.cancel_basket(os.urandom(32))


def test_one_that_ended_is_kept_48_hours_and_an_open_one_until_it_ends(journal, folder, clock):
    ended, half, empty = part(1000), part(1000), part(1000)
    journal.open_leg(cash(1000, basket=ended))
    paid_in_part = card(400, basket=half)
    journal.open_leg(paid_in_part)
    journal.advance(capturing(paid_in_part))
    journal.advance(captured(paid_in_part))
    gone = owed(500, basket=empty)
    journal.open_leg(gone)
    journal.advance(Advance(gone.key, State.CASH_CANCELLED, Cause.CANCELLED))
    clock.turn(hours=48)
    assert journal.find_basket(ended.reference) is not None
    clock.turn(hours=1)
    assert journal.find_basket(ended.reference) is None
    assert journal.find_basket(empty.reference) is None
    journal.rest()
    assert stored(folder, "SELECT reference FROM baskets") == [(half.reference,)]
    assert stored(folder, "SELECT key FROM parts") == [(paid_in_part.key.raw,)]
    for _ in range(3):
        clock.turn(days=31)
        journal.open_leg(cash())
    (known,) = journal.open_baskets()
    assert (known.reference, known.basket.paid, known.legs) == (half.reference, 400, (paid_in_part.key,))
    journal.open_leg(cash(600, basket=half))
    assert state_of(journal, half) is BasketState.COMMITTED
    clock.turn(hours=49)
    journal.rest()
    assert journal.find_basket(half.reference) is None
    assert all(isinstance(report, SoundFile) for report in verify(folder))
