"""A native till that brings a supervisor's password again, long after its refund was made: no second approval."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

from pos_bridge.config.file import read
from pos_bridge.config.upkeep import Operators as OperatorSettings
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.outcome import RefundedInCash
from pos_bridge.engine import opened
from pos_bridge.operators import password
from pos_bridge.operators.approvals import GOOD_FOR_MS, Approvals, SupervisedRefunds
from pos_bridge.operators.since import Moment
from pos_bridge.registers.trail_file import entries
from pos_bridge.till_api.counter import House
from tests.checkout.fakes import World, refund_ask
from tests.config.documents import DOCUMENT
from tests.operators.makers import GOOD, supervisor

HOUSE = House(*([SimpleNamespace()] * 10))  # type: ignore[arg-type]  # none of it is asked
CENTS = 45_00


@pytest.mark.parametrize("behind_ms", [0, GOOD_FOR_MS])
def test_a_refund_that_was_made_wants_no_approval_more(tmp_path, monkeypatch, behind_ms):
    """Its answer was lost, and the till asks for it with all that it asked with."""
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(1, 64, 1, 32, 16))
    file = tmp_path / "pos-bridge.toml"
    file.write_text(DOCUMENT)
    config = replace(read(file), operators=OperatorSettings())
    supervisor(config.operator_store)
    clock = {"now": Moment(bytes(16), 0)}
    back = refund_ask(1, None, tender=Tender.CASH, cents=CENTS)

    async def story() -> None:
        async with AsyncExitStack() as stack:
            rule = SupervisedRefunds(Approvals(config.operator_store, lambda: clock["now"]))
            stack.callback(rule.close)
            world = World(without_sale=rule)
            house = opened.open_known(config, rule, HOUSE, world.journal.find_request, stack)
            assert house.approve is not None
            for _ in range(2):
                await house.approve(7, GOOD, back.till.request, CENTS)
                assert isinstance(await world.lane.refund(back), RefundedInCash)
                clock["now"] = replace(clock["now"], at_ms=behind_ms)
            assert not await rule.is_approved(CENTS, back.till.request) or not behind_ms

    asyncio.run(story())
    assert len(entries(config.audit)) == 1
