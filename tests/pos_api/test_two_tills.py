"""Two tills at one terminal that number their sales alike: a sale's name is its SaleID's own, here on a real lane."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pos_bridge.domain.authorisation import Yes
from pos_bridge.domain.money import Amount
from pos_bridge.domain.points import PointsRule
from pos_bridge.pos_api.choice import Offered
from pos_bridge.pos_api.nexo_service import NexoService
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.pos_api.till_keys import TillKeyMaker
from tests.checkout.fakes import World
from tests.checkout.story import story
from tests.pos_api.fake_desk import FakeAnswers
from tests.pos_api.world import SECRET, Clock, more, result
from tests.wire.nexo.shapes import POIID, award, cash, cash_refund, encode, split, status

A, B = "Caisse 1", "Caisse 2"


class Tills:
    """What they say to one terminal, under one API key."""

    def __init__(self) -> None:
        self.world = World(rule=PointsRule("2026-11", 1, 100))
        self._service = NexoService(
            terminal=Terminal(POIID, "CLEMENT-001", "fr", "0.1.0"),
            secret=SECRET,
            desk=self.world.lane,
            answers=FakeAnswers(),
            clock=Clock(),
            on_trouble=lambda _: pytest.fail("trouble"),
            on_dropped=lambda: None,
            offered=Offered("Chouchous", delivery=True),
        )
        self._number = 0

    async def ask(self, sale_id: str, message: dict[str, Any], *, collects: bool = False) -> dict[str, Any]:
        """A new request of that till: the body of its answer, which is lost on its way unless the till `collects`."""
        self._number += 1
        message["SaleToPOIRequest"]["MessageHeader"] |= {"SaleID": sale_id, "ServiceID": str(self._number)}
        reply = await self._service.answer(bytearray(encode(message)))
        if collects:
            assert reply.told is not None
            await self._service.told(reply.told)
        await self.world.settled()
        parts: dict[str, dict[str, Any]] = json.loads(reply.body)["SaleToPOIResponse"]
        del parts["MessageHeader"]
        (body,) = parts.values()
        return body

    async def end(self) -> None:
        await self.world.identify.close()


@story
async def test_a_sale_is_not_taken_for_the_same_one_of_the_other_till():
    tills = Tills()
    assert result(await tills.ask(A, cash("12.35"))) == ("Success", None)
    assert result(await tills.ask(A, cash("12.35"))) == ("Failure", "NotAllowed"), "paid, and never collected"
    body = await tills.ask(B, cash("12.35"))
    assert result(body) == ("Success", None)
    assert len(tills.world.journal.legs) == 2
    assert result(await tills.ask(B, cash("12.35"))) == ("Failure", "NotAllowed")


@story
async def test_a_part_is_of_its_own_tills_sale():
    tills = Tills()
    tills.world.processor.answers = [Yes(Amount(60_00), "A1B2C3")]
    assert result(await tills.ask(A, split("100.00"))) == ("Partial", "PaymentRestriction")
    other = await tills.ask(B, cash("100.00"))
    assert result(other) == ("Success", None)
    assert "remaining" not in more(other)
    assert more(await tills.ask(A, cash("40.00")))["remaining"] == "0.00"


@story
async def test_cash_is_given_back_once_for_each_tills_sale():
    tills = Tills()
    for till in (A, B):
        assert result(await tills.ask(till, cash_refund("12.35"))) == ("Success", None)


@story
async def test_points_are_of_the_sale_of_the_till_that_asks():
    tills = Tills()
    await tills.ask(A, cash("10.99"))
    body = await tills.ask(B, award("10.99"))
    assert result(body) == ("Failure", "NotFound"), "it made no such payment"
    assert result(await tills.ask(A, award("10.99"))) == ("Success", None)
    await tills.end()


@story
async def test_the_last_request_of_the_terminal_says_whose_it_was():
    tills = Tills()
    await tills.ask(A, cash("12.35"))
    body = await tills.ask(B, status(None))
    assert body["MessageReference"]["SaleID"] == A
    assert body["RepeatedMessageResponse"]["MessageHeader"]["SaleID"] == A


@contextmanager
def before() -> Iterator[None]:
    """As a version asked that took a sale's number alone for its name."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TillKeyMaker, "own", lambda _, *names: names[-1])
        yield


@story
async def test_a_sale_of_before_an_upgrade_is_known_again():
    tills = Tills()
    with before():
        await tills.ask(A, cash("12.35"))
    assert result(await tills.ask(A, cash("12.35"))) == ("Failure", "NotAllowed"), "paid, and never collected"
    assert len(tills.world.journal.legs) == 1


@pytest.mark.parametrize("rest", [cash("40.00"), split("40.00", paid="60.00")])
def test_a_split_sale_that_is_open_over_an_upgrade_is_paid_to_its_end(rest):
    @story
    async def run():
        tills = Tills()
        tills.world.processor.answers = [Yes(Amount(60_00), "A1B2C3"), Yes(Amount(40_00), "D4E5F6")]
        with before():
            await tills.ask(A, split("100.00"))
        assert more(await tills.ask(A, rest))["remaining"] == "0.00"
        assert await tills.world.lane.half_paid() == ()

    run()
