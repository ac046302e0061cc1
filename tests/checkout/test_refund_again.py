"""The same refund by another request: not made again while the first one's end is not known, or nobody collected it."""

import pytest

from pos_bridge.domain.authorisation import Unknown
from pos_bridge.domain.leg import Kind, Tender
from pos_bridge.domain.outcome import AlreadyApproved, Refunded, RefundedInCash, Running
from tests.checkout.fakes import ScriptedProcessor, World, give_back_ask, refund_ask
from tests.checkout.sales import sold
from tests.checkout.story import story


@story
async def test_cash_is_handed_back_once_until_the_till_has_the_answer():
    world = World()
    first = await world.lane.refund(refund_ask(2, None, tender=Tender.CASH, same=99))
    assert isinstance(first, RefundedInCash)
    assert await world.lane.refund(refund_ask(3, None, tender=Tender.CASH, same=99)) == AlreadyApproved(first.key)
    world.restart()
    assert await world.lane.refund(refund_ask(4, None, tender=Tender.CASH, same=99)) == AlreadyApproved(first.key)
    await world.lane.told(first.key)
    assert isinstance(await world.lane.refund(refund_ask(5, None, tender=Tender.CASH, same=99)), RefundedInCash)


@story
async def test_a_refund_by_reference_is_made_once_until_the_till_has_the_answer():
    world = World()
    sale = await sold(world)
    first = await world.lane.give_back(give_back_ask(2, sale, 1_00, same=99))
    assert isinstance(first, Refunded)
    assert await world.lane.give_back(give_back_ask(3, sale, 1_00, same=99)) == AlreadyApproved(first.key)
    await world.lane.told(first.key)
    assert isinstance(await world.lane.give_back(give_back_ask(4, sale, 1_00, same=99)), Refunded)
    assert len(world.processor.refunded) == 2


@pytest.mark.usefixtures("impatient")
def test_a_refund_whose_end_is_not_known_is_not_made_by_another_request():
    @story
    async def run():
        world = World(ScriptedProcessor(refunds=[Unknown()]))
        sale = await sold(world)
        assert await world.lane.give_back(give_back_ask(2, sale, 1_00, same=99)) == Running()
        assert await world.lane.give_back(give_back_ask(3, sale, 1_00, same=99)) == Running()
        assert await world.lane.refund(refund_ask(4, sale, cents=1_00, same=99)) == Running(), "nor to the card"
        await world.crash()
        assert await world.lane.give_back(give_back_ask(5, sale, 1_00, same=99)) == Running()
        assert {ask.key for ask in world.processor.refunded} == {
            leg.key for leg in world.journal.legs.values() if leg.kind is not Kind.SALE
        }

    run()
