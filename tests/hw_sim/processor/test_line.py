"""Every mode, over real mutual TLS against the real process."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

import grpc
import pytest

from hw_sim.processor import control
from hw_sim.processor.control import ControlError
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.conftest import Calls, Processor, Store, call
from tests.hw_sim.processor.terminal import fresh_key

SHORT = 0.4  # seconds a test waits for an answer that must not come


async def unanswered(awaitable: object) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await awaitable  # type: ignore[misc] # whatever a stub gives
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


async def until(ask: Callable[[bytes], Awaitable[str | None]], key: bytes, wanted: str) -> None:
    while await ask(key) != wanted:
        await asyncio.sleep(0.02)


def test_a_sale_from_start_to_refund(processor: Processor) -> None:
    sale, refund = fresh_key(), fresh_key()

    async def scenario(till: Calls) -> None:
        assert await till.sell(sale) == "approved"
        assert await till.look_up(sale) == "AUTHORISED"
        assert await till.capture(sale) == "captured"
        assert await till.refund(refund, sale, 500) == "approved"
        assert await till.look_up(refund) == "REFUNDED"
        assert await till.look_up(fresh_key()) == "NOT_SEEN"

    call(processor.store, scenario)
    held = {each["key"].replace("-", ""): each for each in processor.ledger()}
    assert held[sale.hex()] == {
        "key": held[sale.hex()]["key"],
        "kind": "sale",
        "amount": 1999,
        "state": "captured",
        "sale_key": None,
        "captured": 1999,
        "card": "4921817844445119",
        "entry_mode": "magstripe",
        "order_digest": terminal.ORDER_DIGEST.hex(),
    }
    expected = {"kind": "refund", "amount": 500, "state": "refunded", "card": None, "entry_mode": None}
    assert expected.items() <= held[refund.hex()].items()


def test_decline_and_partial(processor: Processor) -> None:
    async def scenario(till: Calls) -> None:
        sale, declined, refund, partial, small = (fresh_key() for _ in range(5))
        assert await till.sell(sale, flow=pb.AuthoriseRequest.FLOW_ONE_MESSAGE) == "approved"
        processor.mode("decline")
        assert await till.sell(declined) == "DO_NOT_HONOUR"
        assert await till.refund(refund, sale) == "DO_NOT_HONOUR"
        processor.mode("partial", 700)
        for key, cents, approved in ((partial, 1000, 700), (small, 500, 500)):
            answer = await till.stub.Authorise(till.terminal.authorise(key, till.fence, cents), timeout=20)
            assert answer.approved.amount.cents == approved
        assert [processor.state(key) for key in (declined, refund, partial)] == ["declined", "declined", "authorised"]

    call(processor.store, scenario)


def test_drop_request_does_nothing_and_drop_response_tells_nothing(processor: Processor) -> None:
    async def scenario(till: Calls) -> None:
        lost, untold = fresh_key(), fresh_key()
        processor.mode("drop-request")
        await unanswered(till.stub.Authorise(till.terminal.authorise(lost, till.fence), timeout=SHORT))
        await unanswered(till.stub.ReverseByKey(terminal.reverse(lost, till.fence), timeout=SHORT))
        await unanswered(till.stub.LookUp(pb.LookUpRequest(key=lost), timeout=SHORT))
        await unanswered(till.stub.OpenSession(pb.OpenSessionRequest(journal=terminal.NO_ROW), timeout=SHORT))
        assert (await till.stub.GetTime(pb.GetTimeRequest(), timeout=20)).now_ms > 0
        assert processor.state(lost) is None
        processor.mode("drop-response")
        request = till.terminal.authorise(untold, till.fence)
        await unanswered(till.stub.Authorise(request, timeout=SHORT))
        assert processor.state(untold) == "authorised"
        processor.mode("approve")
        first = await till.stub.Authorise(request, timeout=20)
        assert terminal.answer_of(first) == "approved"
        assert (await till.stub.Authorise(request, timeout=20)).approved == first.approved

    call(processor.store, scenario)


def test_a_delayed_request_begins_later_whatever_became_of_its_caller(processor: Processor) -> None:
    async def scenario(till: Calls) -> None:
        key, tombstoned, late = fresh_key(), fresh_key(), fresh_key()
        processor.mode("delay", 3)
        waiting = [
            asyncio.create_task(unanswered(till.stub.Authorise(request, timeout=SHORT)))
            for request in (
                till.terminal.authorise(key, till.fence),
                till.terminal.authorise(tombstoned, till.fence),
                till.terminal.authorise(late, till.fence, not_after_ms=terminal.later(2)),
            )
        ]
        await asyncio.gather(*waiting)
        processor.mode("approve")
        assert await till.reverse(tombstoned) == "TOMBSTONED"
        await until(till.look_up, key, "AUTHORISED")
        assert await till.look_up(tombstoned) == "TOMBSTONE"
        assert await till.look_up(late) == "NOT_SEEN"

    call(processor.store, scenario)


def test_duplicate_is_one_charge(processor: Processor) -> None:
    async def scenario(till: Calls) -> None:
        processor.mode("duplicate")
        sale, refund = fresh_key(), fresh_key()
        assert await till.sell(sale) == "approved"
        assert await till.capture(sale) == "captured"
        assert await till.refund(refund, sale, 1500) == "approved"
        assert await till.refund(fresh_key(), sale, 500) == "EXCEEDS"
        assert await till.reverse(fresh_key()) == "TOMBSTONED"
        assert [processor.state(key) for key in (sale, refund)] == ["captured", "refunded"]

    call(processor.store, scenario)


def test_down_refuses_connections_and_up_takes_them_at_the_same_port(processor: Processor) -> None:
    async def scenario(till: Calls) -> None:
        address = processor.store.address
        host, port = address.split(":")
        key = fresh_key()

        async def processor_state(of: bytes) -> str | None:
            return await asyncio.to_thread(processor.state, of)

        processor.mode("drop-response")
        hung = asyncio.create_task(till.sell(key))
        await until(processor_state, key, "authorised")
        processor.mode("down")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await hung
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(host, int(port))
        assert processor.state(key) == "authorised"  # control works while down
        processor.mode("down")
        processor.mode("up")
        processor.mode("up")
        assert processor.store.address == address
        request = terminal.reverse(key, till.fence)
        answer = await till.stub.ReverseByKey(request, timeout=30, wait_for_ready=True)
        assert terminal.outcome_of(answer) == "REVERSED"

    call(processor.store, scenario)


@pytest.mark.parametrize("lie", ["lie-key", "lie-amount", "lie-currency"])
def test_a_lie_is_told_and_the_truth_is_held(processor: Processor, lie: str) -> None:
    async def scenario(till: Calls) -> None:
        key = fresh_key()
        processor.mode(lie)
        request = till.terminal.authorise(key, till.fence)
        told = await till.stub.Authorise(request, timeout=20)
        processor.mode("approve")
        truth = await till.stub.Authorise(request, timeout=20)
        differs = {
            "lie-key": told.key != truth.key,
            "lie-amount": told.approved.amount.cents != truth.approved.amount.cents,
            "lie-currency": told.approved.amount.currency != truth.approved.amount.currency,
        }
        assert [name for name, different in differs.items() if different] == [lie]
        assert (truth.key, truth.approved.amount) == (key, pb.Money(cents=1999, currency=terminal.CAD))

    call(processor.store, scenario)


@pytest.mark.parametrize("lie", ["lie-key", "lie-amount", "lie-currency"])
def test_a_lie_about_a_refund_or_capture_is_told_and_the_truth_is_held(processor: Processor, lie: str) -> None:
    async def scenario(till: Calls) -> None:
        sale, refund = fresh_key(), fresh_key()
        assert await till.sell(sale) == "approved"
        processor.mode(lie)
        captured = await till.stub.Capture(terminal.capture(sale, till.fence), timeout=20)
        request = terminal.refund(refund, sale, till.fence, 700)
        told = await till.stub.Refund(request, timeout=20)
        processor.mode("approve")
        truth = await till.stub.Refund(request, timeout=20)
        assert (captured.key != sale) is (told.key != truth.key) is (lie == "lie-key")
        assert captured.HasField("captured")
        assert (told.approved.amount.cents != 700) is (lie == "lie-amount")
        assert (told.approved.amount.currency != terminal.CAD) is (lie == "lie-currency")
        assert (truth.key, truth.approved.amount) == (refund, pb.Money(cents=700, currency=terminal.CAD))
        assert [processor.state(key) for key in (sale, refund)] == ["captured", "refunded"]

    call(processor.store, scenario)


@pytest.mark.parametrize(("fault", "state"), [("drop-request", None), ("drop-response", "refunded")])
def test_a_refund_without_an_answer_may_have_been_made(processor: Processor, fault: str, state: str | None) -> None:
    async def scenario(till: Calls) -> None:
        sale, refund = fresh_key(), fresh_key()
        assert [await till.sell(sale), await till.capture(sale)] == ["approved", "captured"]
        processor.mode(fault)
        request = terminal.refund(refund, sale, till.fence)
        await unanswered(till.stub.Refund(request, timeout=SHORT))
        await unanswered(till.stub.Reconcile(pb.ReconcileRequest(), timeout=SHORT))
        assert await asyncio.to_thread(processor.state, refund) == state
        processor.mode("approve")
        assert terminal.answer_of(await till.stub.Refund(request, timeout=20)) == "approved"
        assert processor.state(refund) == "refunded"

    call(processor.store, scenario)


def test_refunds_at_the_same_time_give_back_no_more_than_was_taken(processor: Processor) -> None:
    async def scenario(till: Calls) -> None:
        sale, undone = fresh_key(), fresh_key()
        assert [await till.sell(sale), await till.capture(sale)] == ["approved", "captured"]
        assert await till.refund(undone, sale, 900) == "approved"
        refunds = [till.refund(fresh_key(), sale, 700) for _ in range(6)]
        *told, outcome = await asyncio.gather(*refunds, till.reverse(undone), till.reverse(sale))
        assert outcome in {"REVERSED", "TOO_LATE"}
        assert told.pop() == "REVERSED"
        back = 700 * told.count("approved")
        assert set(told) <= {"approved", "EXCEEDS", "WRONG_STATE"}
        assert back + (1999 if outcome == "REVERSED" else 0) <= 1999
        rows = [row for row in processor.ledger() if (row["sale_key"] or "").replace("-", "") == sale.hex()]
        assert sum(row["amount"] for row in rows if row["state"] == "refunded") == back

    call(processor.store, scenario)


def test_a_request_in_progress_settles_before_a_resend_or_reversal(processor: Processor) -> None:
    async def scenario(till: Calls) -> None:
        key = fresh_key()
        request = till.terminal.authorise(key, till.fence)

        async def sell() -> pb.AuthoriseResponse:
            answer: pb.AuthoriseResponse = await till.stub.Authorise(request, timeout=60)
            return answer

        async def reverse() -> pb.ReverseByKeyResponse:
            answer: pb.ReverseByKeyResponse = await till.stub.ReverseByKey(
                terminal.reverse(key, till.fence), timeout=60
            )
            return answer

        with closing(sqlite3.connect(processor.store.folder / "ledger.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # as on a slow disk: nothing can become durable yet
            first = asyncio.create_task(sell())
            await until(till.look_up, key, "IN_PROGRESS")
            resends = [asyncio.create_task(sell()) for _ in range(3)]
            reversal = asyncio.create_task(reverse())
            await asyncio.sleep(0)
            assert not any(task.done() for task in (first, *resends, reversal))
            other.execute("ROLLBACK")
        answers = await asyncio.gather(first, *resends)
        assert terminal.outcome_of(await reversal) == "REVERSED"
        told = {terminal.answer_of(answer) for answer in answers}
        assert told <= {"approved", "KEY_ENDED"}
        assert terminal.answer_of(answers[0]) == "approved"
        assert processor.state(key) == "reversed"

    call(processor.store, scenario)


def test_a_mode_that_does_not_exist_is_refused_and_changes_nothing(processor: Processor) -> None:
    processor.mode("decline")
    for word, value in (("chaos", None), ("partial", None), ("partial", 0), ("delay", -1), ("decline", 3)):
        with pytest.raises(ControlError):
            processor.mode(word, value)

    async def scenario(till: Calls) -> None:
        assert await till.sell(fresh_key()) == "DO_NOT_HONOUR"

    call(processor.store, scenario)


def test_no_processor_no_control(store: Store) -> None:
    with pytest.raises(ControlError):
        control.ledger(store.world / "offline")
