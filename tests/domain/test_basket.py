"""Split tenders: what may be added, where a basket stands, and that it never disagrees with its legs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pos_bridge.domain.basket import Basket, BasketFault, BasketLeg, BasketState, admit
from pos_bridge.domain.leg import PAID_STATES, REFUNDED_STATES, SETTLED, Cause, Kind, State
from pos_bridge.domain.money import Amount

DUE = Amount(30_00)
_Way = TypeVar("_Way")


def paid(cents: int, state: State = State.CAPTURED, cause: Cause | None = None) -> BasketLeg:
    return BasketLeg(Kind.SALE, state, cents, cause)


def back(cents: int, of: int, state: State = State.REFUNDED) -> BasketLeg:
    return BasketLeg(Kind.REFUND, state, cents, of=of)


def basket(*legs: BasketLeg, outside: int = 0, cancelling: bool = False) -> Basket:
    return Basket(DUE, outside, cancelling, legs)


TEN, TWENTY = paid(10_00), paid(20_00)
GONE = paid(10_00, State.REVERSED)


@pytest.mark.parametrize(
    ("split", "state", "remaining"),
    [
        (basket(), BasketState.OPEN, 30_00),
        (basket(outside=5_00), BasketState.OPEN, 25_00),
        (basket(TEN), BasketState.OPEN, 20_00),
        (basket(TEN, paid(20_00, State.DECLINED)), BasketState.OPEN, 20_00),
        (basket(TEN, TWENTY), BasketState.COMMITTED, 0),
        (basket(TEN, paid(20_00, State.CASH_TAKEN)), BasketState.COMMITTED, 0),
        (basket(TEN, outside=20_00), BasketState.COMMITTED, 0),
        (basket(TEN, paid(20_00, State.CAPTURE_LOST)), BasketState.COMMITTED, 0),
        (basket(TEN, back(10_00, 0)), BasketState.OPEN, 30_00),  # another card instead, before it was all paid
        (basket(TEN, back(10_00, 0), TWENTY), BasketState.OPEN, 10_00),
        (basket(TEN, back(10_00, 0, State.REFUND_DECLINED), TWENTY), BasketState.COMMITTED, 0),
        (basket(TEN, paid(20_00, State.REVERSED, Cause.VOIDED)), BasketState.OPEN, 20_00),  # a void opens it again
        (basket(TEN, paid(20_00, State.AUTHORISED)), BasketState.OPEN, 0),  # the till has not confirmed it yet
        (basket(paid(10_00, State.GIVEN_BACK), back(10_00, 0), TWENTY), BasketState.OPEN, 10_00),
        (basket(TEN, cancelling=True), BasketState.CANCELLING, 20_00),
        (basket(paid(10_00, State.REVERSING), cancelling=True), BasketState.CANCELLING, 30_00),
        (basket(GONE, cancelling=True), BasketState.CANCELLED, 30_00),
        (basket(paid(10_00, State.CASH_TAKEN), cancelling=True), BasketState.CANCELLING, 20_00),
        (
            basket(paid(10_00, State.CASH_TAKEN), back(10_00, 0, State.CASH_REFUNDED), cancelling=True),
            BasketState.CANCELLED,
            30_00,
        ),
        (basket(paid(10_00, State.UNRESOLVED), cancelling=True), BasketState.CANCELLING, 30_00),
        (basket(cancelling=True), BasketState.CANCELLED, 30_00),
    ],
)
def test_where_a_basket_stands(split, state, remaining):
    assert (split.state, split.remaining) == (state, remaining)


@pytest.mark.parametrize(
    ("split", "requested", "counted", "fault"),
    [
        (basket(), 30_00, 0, None),
        (basket(TEN), 20_00, 10_00, None),
        (basket(TEN), 5_00, 10_00, None),
        (basket(TEN), 20_01, 10_00, BasketFault.EXCEEDS),
        (basket(TEN), 20_00, 9_99, BasketFault.PAID_DIFFERS),
        (basket(TEN), 30_00, 0, BasketFault.PAID_DIFFERS),
        (basket(TEN), 15_00, 15_00, None),  # the till took five elsewhere meanwhile
        (basket(TEN), 20_00, 15_00, BasketFault.EXCEEDS),
        (basket(TEN, TWENTY), 1, 30_00, BasketFault.COMMITTED),
        (basket(TEN, TWENTY), 20_00, 10_00, BasketFault.PAID_DIFFERS),  # it never heard of the last one
        (basket(TEN, cancelling=True), 20_00, 10_00, BasketFault.CANCELLED),
        (basket(GONE, cancelling=True), 30_00, 0, BasketFault.CANCELLED),
        (basket(paid(10_00, State.INTENT)), 30_00, 0, BasketFault.IN_DOUBT),
        (basket(paid(10_00, State.UNRESOLVED, Cause.IN_DOUBT)), 30_00, 0, BasketFault.IN_DOUBT),
        (basket(paid(10_00, State.UNRESOLVED, Cause.TOO_LATE)), 30_00, 0, BasketFault.IN_DOUBT),
        (basket(paid(10_00, State.CASH_DUE)), 30_00, 0, BasketFault.IN_DOUBT),
        (basket(paid(10_00, State.REVERSING, Cause.NO_ANSWER)), 30_00, 0, None),  # told as not paid, and final
        (basket(paid(10_00, State.GIVING_BACK, Cause.TOO_LATE)), 30_00, 0, None),
        (basket(paid(10_00, State.REVERSING, Cause.VOIDED)), 30_00, 0, BasketFault.IN_DOUBT),  # it may stand again
        (basket(TEN, back(10_00, 0, State.REFUND_INTENT)), 30_00, 0, BasketFault.IN_DOUBT),
        (basket(paid(10_00, State.GIVING_BACK), back(10_00, 0, State.REFUND_INTENT)), 30_00, 0, None),
    ],
)
def test_what_may_be_added(split, requested, counted, fault):
    assert admit(split, Amount(requested), counted) is fault


def test_without_trust_in_the_journal_nothing_that_is_being_undone_is_as_good_as_undone():
    split = basket(paid(10_00, State.REVERSING, Cause.RECOVERED))
    assert admit(split, DUE, 0, trusted=False) is BasketFault.IN_DOUBT
    assert admit(split, DUE, 0, trusted=True) is None


@pytest.mark.parametrize(
    ("split", "anew"),
    [
        (basket(), True),
        (basket(paid(30_00, State.DECLINED), GONE), True),
        (basket(paid(30_00, State.REVERSING, Cause.NO_ANSWER)), True),
        (basket(paid(30_00, State.REVERSING, Cause.VOIDED)), False),
        (basket(paid(30_00, State.UNRESOLVED)), False),
        (basket(TEN), False),
        (basket(TEN, back(10_00, 0)), False),
        (basket(GONE, cancelling=True), False),
    ],
)
def test_a_basket_by_which_nothing_was_paid_begins_anew(split, anew):
    assert split.is_anew(trusted=True) is anew


@pytest.mark.parametrize(
    ("split", "shown"),
    [
        (basket(), False),
        (basket(paid(30_00, State.DECLINED)), False),
        (basket(GONE), False),
        (basket(TEN), True),
        (basket(TEN, back(10_00, 0)), False),
        (basket(paid(10_00, State.REVERSING)), True),
        (basket(TEN, paid(20_00, State.AUTHORISED)), True),
        (basket(TEN, TWENTY), False),
        (basket(TEN, cancelling=True), True),
        (basket(GONE, cancelling=True), False),
    ],
)
def test_what_is_shown_as_half_paid(split, shown):
    assert split.half_paid is shown


def test_what_stands_of_a_payment_is_what_was_not_given_back():
    split = basket(TEN, back(4_00, 0), back(3_00, 0, State.REFUND_DECLINED), paid(2_00, State.CASH_TAKEN))
    assert (split.left_of(0), split.left_of(1), split.left_of(3)) == (6_00, 0, 2_00)
    assert split.standing == (0, 3)
    assert split.paid == 8_00


@pytest.mark.parametrize(
    "legs",
    [
        lambda: (BasketLeg(Kind.SALE, State.CAPTURED, 1, of=0),),
        lambda: (BasketLeg(Kind.REFUND, State.REFUNDED, 1),),
        lambda: (back(1, 0),),
        lambda: (TEN, back(1, 0), back(1, 1)),
        lambda: (TEN, back(1, 2)),
        lambda: (TEN, back(1, -1)),
    ],
)
def test_a_refund_is_of_an_earlier_payment_of_the_basket(legs):
    with pytest.raises(ValueError, match="refund"):
        basket(*legs())


# ---- what no sequence of payments, declines, crashes and refunds can do ----

_STEPS = {  # where a payment can go from each state (domain/step.py), and a refund
    State.INTENT: (State.DECLINED, State.ENDED, State.AUTHORISED, State.CAPTURING, State.CAPTURED, State.REVERSING),
    State.AUTHORISED: (State.CAPTURING, State.REVERSING),
    State.CAPTURING: (State.CAPTURED, State.CAPTURE_LOST),
    State.REVERSING: (State.REVERSED, State.GIVING_BACK),
    State.GIVING_BACK: (State.GIVEN_BACK,),
    State.REFUND_INTENT: (State.REFUNDED, State.REFUND_DECLINED),
}
_CHOICES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(1, 40_00)), max_size=30)
_GIVES_BACK = (State.CAPTURING, State.CAPTURED, State.CASH_TAKEN)  # domain/give_back.py: of no other is a refund opened


def _ends(leg: BasketLeg) -> tuple[BasketLeg, ...]:
    """What can become of a leg next, by itself."""
    if leg.state is State.REVERSING and leg.cause is Cause.VOIDED:  # too late, it stands as it did
        return (replace(leg, state=State.REVERSED), replace(leg, state=State.CAPTURED, cause=Cause.TOO_LATE))
    return tuple(replace(leg, state=state) for state in _STEPS.get(leg.state, ()))


def _may_be_voided(split: Basket, place: int) -> bool:
    leg, refunds = split.legs[place], [leg for leg in split.legs if leg.of == place]
    return leg.state is State.CAPTURED and leg.cause is None and not refunds


def _grow(choices: list[tuple[int, int, int]]) -> Basket:
    """A basket as it can come about: a till that asks for anything, of which only what is admitted is opened."""
    split = basket()
    for what, which, cents in choices:
        legs = split.legs
        sales = [place for place in split.standing if legs[place].state in _GIVES_BACK]
        if what <= 1:
            if admit(split, Amount(cents), split.paid) is None:
                legs = (*legs, paid(cents, State.INTENT if what else State.CASH_TAKEN))
        elif what == 2 and sales and split.state is BasketState.OPEN and not split.in_doubt(trusted=True):
            sale = sales[which % len(sales)]
            legs = (*legs, back(min(cents, split.left_of(sale)), sale, State.REFUND_INTENT))
        elif legs:
            place = which % len(legs)
            voided = replace(legs[place], state=State.REVERSING, cause=Cause.VOIDED)
            ends = (voided,) if _may_be_voided(split, place) else _ends(legs[place])
            if ends:
                legs = (*legs[:place], ends[cents % len(ends)], *legs[place + 1 :])
        split = replace(split, legs=legs)
    return split


@given(_CHOICES)
def test_never_more_than_what_is_due_is_paid(choices):
    split = _grow(choices)
    gross = sum(leg.counts for leg in split.legs if leg.paid)
    returned = sum(
        leg.counts
        for leg in split.legs
        if leg.of is not None and leg.state in REFUNDED_STATES and split.legs[leg.of].paid
    )
    assert 0 <= gross - returned <= DUE.cents
    assert split.paid + split.remaining == DUE.cents


@given(_CHOICES)
def test_a_basket_never_disagrees_with_its_legs(choices):
    split = _grow(choices)
    if split.state is BasketState.COMMITTED:
        assert split.remaining == 0
        assert not split.half_paid
        assert admit(split, Amount(1), DUE.cents) in {BasketFault.COMMITTED, BasketFault.IN_DOUBT}
    else:
        whole = not split.remaining
        assert not whole or any(leg.state is State.AUTHORISED for leg in split.legs)
    assert all(admit(split, Amount(1), split.paid - short) is not None for short in range(1, min(5, split.paid) + 1))


# The longest way of a payment from each state to its end when its basket is given up, in steps; of any other, none. One
# that was approved is undone, too late, and then given back; a void that comes too late is undone once more.
_STEPS_LEFT = {
    State.INTENT: 5,
    State.AUTHORISED: 3,
    State.CAPTURING: 4,
    State.CAPTURED: 3,
    State.CAPTURE_LOST: 3,
    State.REVERSING: 2,
    State.GIVING_BACK: 1,
    State.CASH_TAKEN: 1,
    State.REFUND_INTENT: 1,
}
_OF_A_VOID = 1 + _STEPS_LEFT[State.CAPTURED]


def _steps_left(split: Basket) -> int:
    """The most steps of all its legs together that giving it up takes: at most five for each payment, one a refund."""
    voided = [leg.state is State.REVERSING and leg.cause is Cause.VOIDED for leg in split.legs]
    each = zip(split.legs, voided, strict=True)
    return sum(_OF_A_VOID if void else _STEPS_LEFT.get(leg.state, 0) for leg, void in each)


@given(_CHOICES, st.data())
@example(
    [(1, 0, 1), (2, 0, 53), (1, 0, 1), (2, 1, 1838), (2, 0, 1)], None
)  # an approval that waits for the till's word
@example([(1, 0, 10_00), (3, 0, 4), (3, 0, 1)], None)  # a void that comes too late
def test_cancelling_ends_with_nothing_standing_whatever_stood(choices, data):
    split = replace(_grow(choices), cancelling=True)
    assert admit(split, Amount(1), split.paid) is BasketFault.CANCELLED
    for _ in range(_steps_left(split)):
        if split.state is BasketState.CANCELLED:
            break
        split = replace(split, legs=_undo_something(split, data))
    assert split.state is BasketState.CANCELLED
    assert not split.standing
    assert all(leg.state in SETTLED for leg in split.legs)
    assert not split.half_paid


def _undo_something(split: Basket, data: st.DataObject | None) -> tuple[BasketLeg, ...]:
    """What the shell does about a payment that stands, or a step of one that is on its way."""
    moving = [place for place, leg in enumerate(split.legs) if leg.state not in SETTLED]
    place = _one_of([*moving, *split.standing], data)
    leg = split.legs[place]
    if place in moving and leg.state is not State.AUTHORISED:
        return (*split.legs[:place], _one_of(_ends(leg), data), *split.legs[place + 1 :])
    refunded = any(other.of == place and other.state in REFUNDED_STATES for other in split.legs)
    if leg.state is State.CASH_TAKEN or refunded:
        return (*split.legs, back(split.left_of(place), place))
    undone = replace(leg, state=State.REVERSING, cause=Cause.CANCELLED)
    return (*split.legs[:place], undone, *split.legs[place + 1 :])


def _one_of(ways: Sequence[_Way], data: st.DataObject | None) -> _Way:
    """Any; without `data` the last, which is the longest way."""
    return ways[-1] if data is None else data.draw(st.sampled_from(ways))


def test_every_paid_state_counts():
    for state in PAID_STATES:
        assert basket(paid(10_00, state)).paid == 10_00
