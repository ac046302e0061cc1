"""Two books of a day: what they add up to, and that every leg they do not agree about is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.authorisation import HeldLeg
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.leg import Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.totals import Gap, PeriodLeg, Total, differences, taken_back, totals, unsettled

SALE, REFUND, CARD_REFUND = Kind.SALE, Kind.REFUND, Kind.CARD_REFUND
KEYS = [LegKey.fresh() for _ in range(24)]
A = KEYS[0]


def here(state: State, cents: int = 10_00, kind: Kind = SALE, key: LegKey | None = A, counted: int = 0) -> PeriodLeg:
    cash = state in {State.CASH_TAKEN, State.CASH_REFUNDED, State.CASH_CANCELLED, State.CASH_DUE}
    return PeriodLeg(key, Tender.CASH if cash else Tender.CARD, kind, state, cents, counted)


def there(standing: Standing, cents: int = 10_00, kind: Kind = SALE, key: LegKey = A) -> HeldLeg:
    return HeldLeg(key, kind, standing, Amount(cents), 0)


def test_what_moved_by_tender_and_kind():
    legs = (
        here(State.CAPTURED),
        here(State.CAPTURING, 5_00),
        here(State.AUTHORISED, 7_00),  # not confirmed
        here(State.CAPTURE_LOST, 8_00),  # an alarm: the shop has no money of it
        here(State.REVERSED, 9_00),
        here(State.UNRESOLVED, 9_00),
        here(State.CASH_TAKEN, 12_35),
        here(State.CASH_REFUNDED, 2_35, REFUND),
        here(State.REFUNDED, 1_00, REFUND),
        here(State.REFUNDED, 2_00, CARD_REFUND),
        here(State.REFUND_INTENT, 4_00, REFUND),
    )
    assert totals(legs) == {
        (Tender.CARD, SALE): Total(2, 15_00),
        (Tender.CASH, SALE): Total(1, 12_35),
        (Tender.CASH, REFUND): Total(1, 2_35),
        (Tender.CARD, REFUND): Total(1, 1_00),
        (Tender.CARD, CARD_REFUND): Total(1, 2_00),
    }
    assert [leg.state for leg in unsettled(legs)] == [
        State.CAPTURING,
        State.AUTHORISED,
        State.CAPTURE_LOST,
        State.UNRESOLVED,
        State.REFUND_INTENT,
    ]


def test_what_an_earlier_day_has_and_no_longer_stands_is_taken_back():
    legs = (
        here(State.REVERSED, counted=10_00),  # voided after its day end
        here(State.UNRESOLVED, 3_00, counted=3_00),
        here(State.GIVEN_BACK, 6_00, counted=10_00),  # how much it was is known since
        here(State.REVERSED, 9_00),
        here(State.REVERSED, 2_00, CARD_REFUND, counted=2_00),
    )
    assert totals(legs) == {(Tender.CARD, SALE): Total(1, 6_00)}
    assert taken_back(legs) == {(Tender.CARD, SALE): Total(3, 23_00), (Tender.CARD, CARD_REFUND): Total(1, 2_00)}
    assert differences(legs[:1], (there(Standing.REVERSED),)) == ()


@pytest.mark.parametrize(
    ("leg", "held", "gap"),
    [
        (here(State.CAPTURED), there(Standing.CAPTURED), None),
        (here(State.CAPTURED), there(Standing.CAPTURED, 10_01), Gap.AMOUNT),
        (here(State.CAPTURED), there(Standing.AUTHORISED), Gap.STATE),
        (here(State.CAPTURED), there(Standing.REVERSED), Gap.STATE),
        (here(State.CAPTURED), None, Gap.ONLY_HERE),
        (here(State.CAPTURED), there(Standing.NOT_SEEN), Gap.ONLY_HERE),
        (here(State.CAPTURED), there(Standing.CAPTURED, kind=REFUND), Gap.STATE),
        (here(State.CAPTURED, key=None), None, None),
        (here(State.CAPTURING), there(Standing.AUTHORISED), None),
        (here(State.CAPTURING), there(Standing.CAPTURED), None),
        (here(State.CAPTURING), None, Gap.ONLY_HERE),
        (here(State.CAPTURE_LOST), there(Standing.AUTHORISED, 9_00), None),
        (here(State.CAPTURE_LOST), there(Standing.CAPTURED), Gap.STATE),
        (here(State.AUTHORISED), there(Standing.AUTHORISED), None),
        (here(State.AUTHORISED), there(Standing.CAPTURED), Gap.STATE),
        (here(State.REVERSED), there(Standing.REVERSED), None),
        (here(State.REVERSED), None, None),
        (here(State.REVERSED), there(Standing.CAPTURED), Gap.STATE),
        (here(State.DECLINED), there(Standing.CAPTURED), Gap.STATE),
        (here(State.ENDED), there(Standing.DECLINED), None),
        (here(State.REVERSING), there(Standing.CAPTURED), None),
        (here(State.INTENT), there(Standing.IN_PROGRESS), None),
        (here(State.UNRESOLVED), there(Standing.CAPTURED), None),
        (here(State.REFUNDED, kind=REFUND), there(Standing.REFUNDED, kind=REFUND), None),
        (here(State.REFUNDED, kind=CARD_REFUND), there(Standing.REFUNDED, kind=REFUND), None),
        (here(State.REFUNDED, kind=REFUND), there(Standing.DECLINED, kind=REFUND), Gap.STATE),
        (here(State.REFUND_DECLINED, kind=REFUND), there(Standing.REFUNDED, kind=REFUND), Gap.STATE),
        (here(State.REFUND_INTENT, kind=REFUND), None, None),
        (here(State.CASH_TAKEN), None, None),
        (None, there(Standing.CAPTURED), Gap.ONLY_THERE),
        (None, there(Standing.AUTHORISED), Gap.ONLY_THERE),
        (None, there(Standing.REFUNDED, kind=REFUND), Gap.ONLY_THERE),
        (None, there(Standing.IN_PROGRESS), Gap.ONLY_THERE),
        (None, there(Standing.REVERSED), None),
        (None, there(Standing.DECLINED), None),
    ],
)
def test_how_a_leg_differs(leg, held, gap):
    found = differences(() if leg is None else (leg,), () if held is None else (held,))
    assert [difference.gap for difference in found] == ([] if gap is None else [gap])
    if found and held is not None and held.standing is not Standing.NOT_SEEN:
        assert (found[0].there, found[0].there_cents) == (held.standing, held.amount.cents)
    assert all(difference.key == A and difference.here == leg for difference in found)


# ---- two whole books ----

_PAIRS = st.sampled_from(
    [
        (SALE, State.CAPTURED, Standing.CAPTURED),
        (SALE, State.REVERSED, Standing.REVERSED),
        (SALE, State.DECLINED, Standing.DECLINED),
        (SALE, State.REVERSED, None),
        (SALE, State.CASH_TAKEN, None),
        (REFUND, State.REFUNDED, Standing.REFUNDED),
        (REFUND, State.REFUND_DECLINED, Standing.DECLINED),
        (CARD_REFUND, State.REFUNDED, Standing.REFUNDED),
    ]
)
_BOOKS = st.lists(st.tuples(_PAIRS, st.integers(1, 99_99)), min_size=1, max_size=len(KEYS))


def _books(drawn: list[tuple[tuple[Kind, State, Standing | None], int]]) -> tuple[list[PeriodLeg], list[HeldLeg]]:
    legs, held = [], []
    for key, ((kind, state, standing), cents) in zip(KEYS, drawn, strict=False):
        legs.append(here(state, cents, kind, key))
        if standing is not None:
            held.append(there(standing, cents, kind, key))
    return legs, held


def _money(held: list[HeldLeg], *, sales: bool) -> Total:
    found = Total()
    for leg in held:
        if leg.standing in {Standing.CAPTURED, Standing.REFUNDED} and (leg.kind is SALE) is sales:
            found = found.plus(leg.amount.cents)
    return found


def _cards(legs: list[PeriodLeg], *, sales: bool) -> Total:
    ours = [
        total for (tender, kind), total in totals(legs).items() if tender is Tender.CARD and (kind is SALE) is sales
    ]
    return Total(sum(total.count for total in ours), sum(total.cents for total in ours))


@given(_BOOKS, st.randoms())
def test_books_that_agree_have_no_differences_in_whatever_order(drawn, random):
    legs, held = _books(drawn)
    random.shuffle(held)
    assert differences(legs, held) == ()
    assert all(_cards(legs, sales=sales) == _money(held, sales=sales) for sales in (True, False))


_STANDINGS = [Standing.CAPTURED, Standing.REFUNDED, Standing.REVERSED, Standing.DECLINED, Standing.AUTHORISED]


@given(_BOOKS, st.data())
def test_whatever_is_changed_in_one_book_the_totals_agree_or_that_leg_is_named(drawn, data):
    legs, held = _books(drawn)
    place = data.draw(st.integers(0, len(held)))
    if place == len(held):
        changed = there(data.draw(st.sampled_from(_STANDINGS)), 3_33, SALE, LegKey.refund_of(A))
        held.append(changed)
    else:
        changed = held.pop(place)
        if data.draw(st.booleans()):
            standing, cents = data.draw(st.sampled_from(_STANDINGS)), data.draw(st.integers(1, 99_99))
            held.insert(place, there(standing, cents, changed.kind, changed.key))
    found = differences(legs, held)
    assert {difference.key for difference in found} <= {changed.key}
    agree = all(_cards(legs, sales=sales) == _money(held, sales=sales) for sales in (True, False))
    assert agree or found


@given(_BOOKS)
def test_the_same_books_the_other_way_round_name_every_leg_that_holds_money(drawn):
    legs, held = _books(drawn)
    money = {leg.key for leg in held if leg.standing in {Standing.CAPTURED, Standing.REFUNDED}}
    assert {difference.key for difference in differences((), held)} == money
    assert {difference.key for difference in differences(legs, ())} == money
