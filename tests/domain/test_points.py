"""Points are exact: nothing is made or lost by giving back in parts, however it is cut, and however it is told."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pos_bridge.domain.points import MAX_WITHDRAWALS, Earned, PointsFault, PointsRule, Withdrawal

rules = st.builds(PointsRule, st.just("2026-11"), st.integers(1, 1000), st.integers(1, 100_000))
cents = st.integers(1, 99_999_999)
sales = st.builds(Earned.of, rules, cents, st.just(1)) | st.builds(
    lambda rule, paid: Earned.of(rule, paid, paid), rules, cents
)


def mark(number: int) -> bytes:
    return number.to_bytes(16, "big")


def test_a_point_for_each_whole_dollar():
    rule = PointsRule("2026-11", 1, 100)
    assert [rule.earned(paid) for paid in (1, 99, 100, 199, 12_34)] == [0, 0, 1, 1, 12]


@pytest.mark.parametrize(
    ("version", "points", "for_cents"),
    [("", 1, 100), ("a b", 1, 100), ("x" * 33, 1, 100), ("v", 0, 100), ("v", 1001, 1), ("v", 1, 0), ("v", 1, 100_001)],
)
def test_a_rule_that_is_none(version, points, for_cents):
    with pytest.raises(ValueError, match="a rule"):
        PointsRule(version, points, for_cents)


@given(rules, cents, st.data())
def test_more_money_never_gives_fewer_points_and_parts_never_more_than_the_whole(rule, paid, data):
    part = data.draw(st.integers(0, paid))
    assert rule.earned(part) + rule.earned(paid - part) <= rule.earned(paid)
    assert rule.earned(part) <= rule.earned(paid)


@given(rules, cents, st.data())
def test_money_given_back_in_any_parts_takes_back_exactly_what_the_sale_gave(rule, paid, data):
    counted = data.draw(st.integers(1, paid))
    earned = Earned.of(rule, paid, counted)
    cuts = data.draw(st.lists(st.integers(0, paid), max_size=8).map(sorted))
    taken, before = 0, earned.standing
    assert before == earned.points
    for returned in (*cuts, paid):
        earned = earned.after_returns(returned)
        assert 0 <= earned.standing <= before
        taken += before - earned.standing
        before = earned.standing
    assert before == 0
    assert taken == rule.earned(counted)


@given(sales, st.data())
def test_withdrawn_in_any_parts_it_is_exactly_what_the_sale_gave(earned, data):
    left, given_, number = earned.counted, 0, 0
    while left and number < MAX_WITHDRAWALS - 1:
        part = data.draw(st.integers(1, left))
        after = earned.after_withdrawal(mark(number), part)
        assert isinstance(after, Earned)
        made = after.withdrawal(mark(number))
        assert made is not None
        assert made.points == earned.standing - after.standing
        assert after.after_withdrawal(mark(number), 1) is after, "the same request again"
        assert after.after_withdrawal(mark(99), left - part + 1) is PointsFault.EXCEEDS
        earned, left, given_, number = after, left - part, given_ + made.points, number + 1
    if left:
        rest = earned.after_withdrawal(mark(number), None)
        assert isinstance(rest, Earned)
        given_ += rest.withdrawals[-1].points
        earned = rest
    assert (earned.standing, given_) == (0, earned.points)
    assert earned.after_withdrawal(mark(99), None) is PointsFault.EXCEEDS


@given(sales, st.data())
def test_a_return_that_is_told_both_ways_counts_once(earned, data):
    assume(earned.counted == earned.paid)
    back = data.draw(st.integers(1, earned.paid))
    by_money = earned.after_returns(back)
    by_message = earned.after_withdrawal(mark(1), back)
    assert isinstance(by_message, Earned)
    both = by_money.after_withdrawal(mark(1), back)
    assert isinstance(both, Earned)
    assert both.standing == by_money.standing == by_message.standing
    assert by_message.after_returns(back).standing == both.standing
    assert both.withdrawals == by_message.withdrawals, "the till is told the same, whichever came first"


def test_what_went_back_is_gone():
    earned = Earned("2026-11", 1000, 1000, 10).after_returns(700)
    assert earned.after_returns(300) is earned
    assert earned.after_returns(5000).returned == 1000


def test_the_seventeenth_withdrawal_finds_no_room():
    earned: Earned | PointsFault = Earned("2026-11", 1000, 1000, 10)
    for number in range(MAX_WITHDRAWALS):
        assert isinstance(earned, Earned)
        earned = earned.after_withdrawal(mark(number), 1)
    assert isinstance(earned, Earned)
    assert earned.after_withdrawal(mark(99), 1) is PointsFault.TOO_MANY


@pytest.mark.parametrize(
    "values",
    [
        {"paid": 0}, {"counted": 0}, {"counted": 1001}, {"points": -1}, {"returned": -1}, {"returned": 1001},
        {"paid": 100_000_000}, {"rule": "a b"}, {"withdrawals": (Withdrawal(bytes(16), 1001, 10),)},
        {"withdrawals": (Withdrawal(bytes(16), 1, 0),) * 17},
    ],
)  # fmt: skip
def test_what_cannot_be_is_none(values):
    with pytest.raises(ValueError, match="points"):
        Earned(**{"rule": "2026-11", "paid": 1000, "counted": 1000, "points": 10} | values)
