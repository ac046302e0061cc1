"""What may be given back of a sale: never more than was taken, whatever is in doubt."""

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.give_back import NOTHING_STANDS, Claim, RefundSoFar, left
from pos_bridge.domain.ledger import KnownLeg
from pos_bridge.domain.leg import Cause, Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import MAX_CENTS, Amount, cash_due

refunds = st.lists(st.builds(RefundSoFar, st.sampled_from(State), st.integers(1, 5_000)), max_size=12)


def sale(state: State = State.CAPTURED, cents: int = 12_34, due: int | None = None, kind: Kind = Kind.SALE) -> KnownLeg:
    amount, tender = Amount(cents), Tender.CARD if due is None else Tender.CASH
    return KnownLeg(LegKey.fresh(), tender, state, amount, False, Flow.TWO_MESSAGES, None, amount, due, kind)


@given(st.integers(1, MAX_CENTS), refunds)
def test_what_is_left_and_what_may_be_gone_are_never_more_than_was_taken(captured, so_far):
    may_be_gone = sum(refund.cents for refund in so_far if refund.may_stand)
    assert 0 <= left(captured, so_far) <= captured
    assert left(captured, so_far) + may_be_gone == max(captured, may_be_gone)


@given(st.integers(1, 20_000), st.lists(st.tuples(st.integers(1, 5_000), st.sampled_from(State)), max_size=20))
def test_whatever_is_asked_in_whatever_order_no_more_goes_back_than_was_taken(captured, asked):
    """Each refund that is admitted may come to any state, and every one in doubt may turn out to have been made."""
    so_far: tuple[RefundSoFar, ...] = ()
    for cents, comes_to in asked:
        if Claim(sale(cents=captured), so_far).refusal(Tender.CARD, cents) is None:
            so_far = (*so_far, RefundSoFar(comes_to, cents))
    assert sum(refund.cents for refund in so_far if refund.state not in NOTHING_STANDS) <= captured


@pytest.mark.parametrize("state", list(State))
def test_only_what_was_paid_gives_back(state):
    refusal = Claim(sale(state), ()).refusal(Tender.CARD, 1)
    paid = state in {State.CAPTURING, State.CAPTURED, State.CASH_TAKEN}
    refused = Cause.VOIDED if state is State.REVERSED else Cause.WRONG_STATE
    assert refusal is (None if paid else refused)


@pytest.mark.parametrize(
    ("claim", "tender", "cents", "expected"),
    [
        (Claim(sale(), ()), Tender.CARD, 12_34, None),
        (Claim(sale(), ()), Tender.CARD, 12_35, Cause.EXCEEDS),
        (Claim(sale(), ()), Tender.CASH, 1, Cause.WRONG_STATE),
        (Claim(sale(), (RefundSoFar(State.REFUNDED, 12_34),)), Tender.CARD, None, Cause.EXCEEDS),
        (Claim(sale(), (RefundSoFar(State.UNRESOLVED, 12_34),)), Tender.CARD, None, Cause.EXCEEDS),
        (Claim(sale(), (RefundSoFar(State.REFUND_DECLINED, 12_34),)), Tender.CARD, None, None),
        (Claim(sale(), (), cancelling=True), Tender.CARD, None, Cause.WRONG_STATE),
        (Claim(sale(State.REFUNDED, kind=Kind.REFUND), ()), Tender.CARD, None, Cause.WRONG_STATE),
        (Claim(sale(State.CASH_TAKEN, due=12_35), ()), Tender.CASH, 12_34, None),
        (Claim(sale(State.CASH_TAKEN, due=12_35), ()), Tender.CASH, 12_35, Cause.EXCEEDS),
    ],
)
def test_a_claim(claim, tender, cents, expected):
    assert claim.refusal(tender, cents) is expected


def test_cash_is_handed_back_as_it_was_taken():
    assert Claim(sale(State.CASH_TAKEN, 12_33, 12_35), ()).cash_back(12_33) == 12_35
    assert Claim(sale(State.CASH_TAKEN, 12_33, 12_33), ()).cash_back(12_33) == 12_33, "a part of a split tender"
    assert Claim(sale(State.CASH_TAKEN, 12_33, 12_35), ()).cash_back(3_33) == cash_due(3_33)


def test_three_thirds_of_a_dollar_and_the_cent_are_a_dollar():
    handed = handed_over(sale(State.CASH_TAKEN, 1_00, 1_00), [33, 33, 33, 1])
    assert handed == [35, 30, 35, 0]


@given(st.integers(1, 5_000), st.booleans(), st.lists(st.integers(1, 700), max_size=30))
def test_in_whatever_parts_all_of_it_comes_back_it_is_what_was_taken_and_never_more(cents, rounded, parts):
    """A part of a split tender that is not its end was not rounded."""
    taken = cash_due(cents) if rounded else cents
    handed = handed_over(sale(State.CASH_TAKEN, cents, taken), [*parts, None])
    assert all(each >= 0 for each in handed)
    assert sum(handed) == taken


@given(st.integers(1, 5_000), st.booleans(), st.lists(st.integers(1, 700), min_size=1, max_size=30))
def test_what_was_handed_over_up_to_any_part_is_the_rounding_of_what_went_back(cents, rounded, parts):
    taken = cash_due(cents) if rounded else cents
    parts = [part for part, total in zip(parts, accumulate(parts), strict=True) if total <= cents]
    handed = handed_over(sale(State.CASH_TAKEN, cents, taken), parts)
    for gone, so_far in zip(accumulate(parts), accumulate(handed), strict=True):
        assert so_far == (taken if gone == cents else min(taken, cash_due(gone)))
    assert all(each >= 0 and abs(each - part) <= 4 for part, each in zip(parts, handed, strict=True)), (
        "as the journal says"
    )


def handed_over(of: KnownLeg, parts: list[int | None]) -> list[int]:
    """What the customer is handed for each part that is not refused; None: all that is left, if there is any."""
    claim, handed = Claim(of, ()), []
    for part in parts:
        cents = part or claim.left
        if claim.refusal(Tender.CASH, part) is None:
            handed.append(claim.cash_back(cents))
            claim = replace(claim, refunds=(*claim.refunds, RefundSoFar(State.CASH_REFUNDED, cents, handed[-1])))
    return handed
