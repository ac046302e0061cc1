"""A refund without its sale: a supervisor's approval, used for one refund and once, whatever is asked again."""

import pytest

from pos_bridge.domain.leg import Tender
from pos_bridge.domain.outcome import NotApproved, RefundedInCash
from pos_bridge.operators.approvals import Approvals, NoRefunds, SupervisedRefunds
from pos_bridge.operators.since import Moment
from tests.checkout.fakes import World, refund_ask
from tests.checkout.story import story
from tests.operators.makers import supervisor


@pytest.fixture
def approvals(tmp_path):
    return Approvals(tmp_path / "operators.db")


@pytest.fixture
def marie(approvals, tmp_path):
    return supervisor(tmp_path / "operators.db")


@pytest.fixture
def rule(approvals):
    rule = SupervisedRefunds(approvals)
    yield rule
    rule.close()


def back(number: int, cents: int = 12_33):
    return refund_ask(number, None, tender=Tender.CASH, cents=cents)


def test_one_approval_is_one_refund(approvals, rule, marie):
    @story
    async def tell() -> None:
        world = World(without_sale=rule)
        assert await world.lane.refund(back(2)) == NotApproved()
        assert world.journal.words() == []
        assert approvals.approve(marie, 12_33)
        assert await world.lane.refund(back(3, 12_34)) == NotApproved(), "for no more"
        first = await world.lane.refund(back(2))
        assert isinstance(first, RefundedInCash), "the same request, once it is approved"
        assert await world.lane.refund(back(2)) == first
        assert await world.lane.refund(back(4)) == NotApproved()
        assert world.journal.words() == ["cash_refunded"]

    tell()


def test_a_request_whose_name_comes_again_after_two_days_is_another_refund(tmp_path):
    """The journal knows a request for 48 h: then a till may use its name again."""
    clock = {"now": Moment(bytes(16), 0)}
    approvals = Approvals(tmp_path / "operators.db", lambda: clock["now"])
    rule = SupervisedRefunds(approvals)
    marie = supervisor(tmp_path / "operators.db")

    @story
    async def tell() -> None:
        world = World(without_sale=rule)
        assert approvals.approve(marie, 12_33)
        assert isinstance(await world.lane.refund(back(2)), RefundedInCash)
        clock["now"] = Moment(bytes(16), 48 * 3_600_000 + 1)
        world.journal.requests.clear()
        world.restart()
        assert await world.lane.refund(back(2)) == NotApproved()

    try:
        tell()
    finally:
        rule.close()


def test_a_refund_of_a_sale_needs_none_and_the_shop_may_make_none(approvals, marie):
    @story
    async def tell() -> None:
        world = World(without_sale=NoRefunds())
        assert approvals.approve(marie, 12_33)
        assert await world.lane.refund(back(2)) == NotApproved(never=True)

    tell()
