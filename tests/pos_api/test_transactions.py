"""What happens at the same moment: questions and the start of the same transaction never overlap."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.outcome import Closed, NeverSeen, PaidByCard, Refunded, Running, StatusAnswer
from pos_bridge.pos_api.choice import Offered
from pos_bridge.pos_api.kept import Kept
from pos_bridge.pos_api.nexo_service import NexoService
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.pos_api.payment_ask import PaymentAsk, RefundPaymentAsk, review
from pos_bridge.pos_api.prepare import Ask, Preparer
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.pos_api.transactions import Transactions
from pos_bridge.wire.nexo.decode import Message, decode
from pos_bridge.wire.nexo.request import PaymentRequest
from tests.pos_api.fake_desk import FakeAnswers, FakeDesk
from tests.pos_api.world import SECRET, Clock
from tests.wire.nexo.shapes import (
    POIID,
    abort,
    cash,
    cash_refund,
    encode,
    payment,
    reconciliation,
    refund,
    reversal,
    split,
    status,
    totals,
    with_field,
)


class SlowDesk(FakeDesk):
    """Questions take a turn of the loop before they are decided, as a journal on a disk does."""

    async def status(self, request: bytes) -> StatusAnswer:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return await super().status(request)

    async def abort(self, request: bytes) -> bool:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return await super().abort(request)


KEYS = TillKeyMaker(SECRET, "api-key")
PREPARER = Preparer(KEYS)
REQUEST = PREPARER.request_of(POIID, "Caisse 3 (étage)", "0207111104", "Payment")


def transactions(desk: FakeDesk, answers: FakeAnswers | None = None) -> Transactions:
    return Transactions(
        poi=KEYS.poi(POIID),
        desk=desk,
        answers=answers or FakeAnswers(),
        on_trouble=lambda trouble: pytest.fail(trouble.value),
    )


def asked(message: dict[str, Any]) -> tuple[Ask, Kept]:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    read = decode(encode(message))
    assert isinstance(read, Message)
    assert isinstance(read.body, PaymentRequest)
    ask = review(read.body)
    if isinstance(ask, RefundPaymentAsk):
        return PREPARER.refund(read.header, ask, at)
    assert isinstance(ask, PaymentAsk)
    return PREPARER.sale(read.header, ask, at)


def test_a_question_that_came_first_is_answered_first():
    async def story() -> None:
        desk = SlowDesk()
        lane = transactions(desk)
        question = asyncio.create_task(lane.status(REQUEST))
        await asyncio.sleep(0)
        answered = await lane.make(*asked(payment()))
        assert isinstance(await question, NeverSeen)  # the till may send again under a new name,
        assert isinstance(answered.outcome, Closed)  # so this copy must not be charged
        assert desk.asks == []

    asyncio.run(story())


def test_a_question_that_came_second_sees_it_running():
    async def story() -> None:
        lane = transactions(SlowDesk())
        paying = asyncio.create_task(lane.make(*asked(payment())))
        await asyncio.sleep(0)
        assert isinstance(await lane.status(REQUEST), Running)
        assert isinstance((await paying).outcome, PaidByCard)

    asyncio.run(story())


def test_an_abort_before_the_desk_was_asked_is_an_abort():
    class SlowAnswers(FakeAnswers):
        async def keep(self, request: bytes, poi: bytes, content: bytes) -> None:
            await asyncio.sleep(0)
            await super().keep(request, poi, content)

    async def story() -> None:
        desk = SlowDesk()
        lane = transactions(desk, SlowAnswers())
        paying = asyncio.create_task(lane.make(*asked(payment())))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await lane.abort(REQUEST)
        assert isinstance((await paying).outcome, Closed)
        assert desk.asks == []
        assert isinstance(await lane.status(REQUEST), Closed)

    asyncio.run(story())


def test_an_abort_of_a_repeat_tells_what_became_of_the_payment():
    class SlowAnswers(FakeAnswers):
        async def recall(self, request: bytes) -> bytes | None:
            await asyncio.sleep(0)
            return await super().recall(request)

    async def story() -> None:
        desk = SlowDesk()
        lane = transactions(desk, SlowAnswers())
        first = await lane.make(*asked(payment()))
        assert isinstance(first.outcome, PaidByCard)
        repeat = asyncio.create_task(lane.make(*asked(payment())))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await lane.abort(REQUEST)
        assert (await repeat).outcome == first.outcome, "nothing was aborted: it had been paid"

    asyncio.run(story())


def test_a_question_about_a_refund_that_came_first_is_answered_first():
    async def story() -> None:
        desk = SlowDesk()
        lane = transactions(desk)
        question = asyncio.create_task(lane.status(REQUEST))
        await asyncio.sleep(0)
        answered = await lane.make(*asked(refund()))
        assert isinstance(await question, NeverSeen)
        assert isinstance(answered.outcome, Closed)
        assert desk.backs == []

    asyncio.run(story())


def test_a_refund_whose_till_hung_up_goes_on():
    async def story() -> None:
        desk = FakeDesk()
        desk.door = asyncio.Event()
        lane = transactions(desk)
        waiting = asyncio.create_task(lane.make(*asked(refund())))
        await desk.arrived.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        again = asyncio.create_task(lane.make(*asked(refund())))
        await asyncio.sleep(0)
        desk.door.set()
        assert isinstance((await again).outcome, Refunded)
        await lane.close()
        assert len(desk.backs) == 1

    asyncio.run(story())


def test_whoever_stops_waiting_stops_nothing():
    async def story() -> None:
        desk = FakeDesk()
        desk.door = asyncio.Event()
        lane = transactions(desk)
        waiting = asyncio.create_task(lane.make(*asked(payment())))
        await desk.arrived.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert isinstance(await lane.status(REQUEST), Running)
        desk.door.set()
        await lane.close()
        assert isinstance(await lane.status(REQUEST), PaidByCard)

    asyncio.run(story())


# ---- whatever is sent ----

MARK = "Tremblay4921817844445119"
BASES = [
    *(payment(), cash(), split("5", "5"), refund(), cash_refund(), reversal("5"), totals(), reconciliation()),
    *(status(), status(category="Reversal"), abort(), abort(category="Reversal")),
]


def places(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, item in value.items():
        yield prefix + key
        if isinstance(item, dict):
            yield from places(item, f"{prefix}{key}.")


# The header, and what a payment's answer and its repeat give back because the till looks them up by it.
ECHOED = ("MessageHeader", "SaleTransactionID", "MessageReference")

_VALUES = st.recursive(
    st.sampled_from([MARK, [MARK], {MARK: MARK}, {"PAN": MARK}, MARK * 40, 1, -1, 1e300, None, True, 10**40]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", MARK]), inner, max_size=2),
    max_leaves=3,
)


@given(st.data(), _VALUES)
@settings(max_examples=200, deadline=None)
def test_nothing_of_a_message_comes_back_but_what_names_it(data, value):
    base = data.draw(st.sampled_from(BASES))
    fields = [p for p in places(base["SaleToPOIRequest"]) if not any(part in p for part in ECHOED)]
    message = with_field(base, data.draw(st.sampled_from(sorted(fields))), value)

    async def story() -> None:
        troubles: list[object] = []
        service = NexoService(
            terminal=Terminal(POIID, "CLEMENT-001", "fr", "0.1.0"),
            secret=SECRET,
            desk=FakeDesk(),
            answers=FakeAnswers(),
            clock=Clock(),
            on_trouble=troubles.append,
            on_dropped=lambda: None,
            offered=Offered("Chouchous", delivery=True),
        )
        reply = await service.answer(bytearray(encode(message)))
        assert b"Tremblay" not in reply.body
        assert b"492181" not in reply.body
        assert reply.status in {200, 400}
        assert troubles == []

    asyncio.run(story())
