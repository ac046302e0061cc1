"""The listing of a till's legs: its own, in their order, page by page, whatever became of them but a tombstone."""

from dataclasses import replace

import pytest

from hw_sim.processor.asks import MalformedError
from hw_sim.processor.desk import MAX_LISTED
from hw_sim.processor.facts import Entry, Kind, Money, State
from hw_sim.processor.folder import Till
from hw_sim.processor.modes import Mode, Word
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.hw_sim.processor import terminal
from tests.hw_sim.processor.conftest import Counter
from tests.hw_sim.processor.terminal import fresh_key

APPROVE = Mode()
ONE = pb.AuthoriseRequest.FLOW_ONE_MESSAGE
State_ = pb.LookUpResponse


def listed(at: Counter, from_ms: int = 0, after: bytes = b"", till: Till | None = None) -> pb.ReconcileResponse:
    return at.desk.reconcile(till or at.till, pb.ReconcileRequest(from_ms=from_ms, after_key=after))


def test_every_leg_as_it_stands_and_no_tombstone(counter: Counter) -> None:
    held, taken, declined, gone, undone, refund, refused = (fresh_key() for _ in range(7))
    begun = counter.clock.now_ms
    for key, mode, flow in (
        (held, APPROVE, pb.AuthoriseRequest.FLOW_TWO_MESSAGES),
        (taken, Mode(Word.PARTIAL, cents=1500), ONE),
        (declined, Mode(Word.DECLINE), ONE),
        (undone, APPROVE, ONE),
    ):
        counter.desk.authorise(
            counter.till, counter.terminal.authorise(key, counter.fence, flow=flow, partial_ok=True), mode
        )
        counter.clock.now_ms += 1000
    for key in (gone, undone):
        counter.desk.reverse(counter.till, terminal.reverse(key, counter.fence))
    for key, cents in ((refund, 400), (refused, 4000)):
        counter.desk.refund(counter.till, terminal.refund(key, taken, counter.fence, cents), APPROVE)
    counter.desk.expire()  # changes nothing about when a leg began
    answer = listed(counter, begun)
    assert [(leg.key, leg.kind, leg.state, leg.amount.cents, leg.begun_ms - begun) for leg in answer.legs] == [
        (held, pb.HeldLeg.KIND_SALE, State_.STATE_AUTHORISED, 1999, 0),
        (taken, pb.HeldLeg.KIND_SALE, State_.STATE_CAPTURED, 1500, 1000),
        (declined, pb.HeldLeg.KIND_SALE, State_.STATE_DECLINED, 1999, 2000),
        (undone, pb.HeldLeg.KIND_SALE, State_.STATE_REVERSED, 1999, 3000),
        (refund, pb.HeldLeg.KIND_REFUND, State_.STATE_REFUNDED, 400, 4000),
        (refused, pb.HeldLeg.KIND_REFUND, State_.STATE_DECLINED, 4000, 4000),
    ]
    assert not answer.more
    assert answer.ledger_epoch == counter.ledger.epoch()
    assert [leg.key for leg in listed(counter, begun + 3000).legs] == [undone, refund, refused]


def test_pages_hold_every_leg_once(counter: Counter) -> None:
    other = replace(counter.till, name="P400-000000002")
    keys = [fresh_key() for _ in range(2 * MAX_LISTED + 1)]
    with counter.ledger.transaction():
        for number, key in enumerate(keys):
            entry = Entry(key, Kind.SALE, State.CAPTURED, b"r", Money(1 + number, 124), 1 + number, 1 + number, 0)
            counter.ledger.keep(counter.till, entry)
            counter.ledger.keep(other, replace(entry, key=fresh_key()))
    told: list[bytes] = []
    more = True
    while more:
        answer = listed(counter, after=told[-1] if told else b"")
        told += [leg.key for leg in answer.legs]
        more = answer.more
        assert len(answer.legs) <= MAX_LISTED
    assert told == keys


def test_a_listing_goes_on_behind_a_key_of_this_till_only(counter: Counter) -> None:
    key, gone = fresh_key(), fresh_key()
    counter.desk.authorise(counter.till, counter.terminal.authorise(key, counter.fence), APPROVE)
    counter.desk.reverse(counter.till, terminal.reverse(gone, counter.fence))
    assert listed(counter, after=key).legs == []
    other = replace(counter.till, name="P400-000000002")
    for till, after in ((counter.till, fresh_key()), (other, key), (counter.till, b"short")):
        with pytest.raises(MalformedError):
            listed(counter, after=after, till=till)
    assert listed(counter, till=other).legs == []


def test_any_lane_may_refund_and_it_is_that_lanes(counter: Counter) -> None:
    sale, refund = fresh_key(), fresh_key()
    counter.desk.authorise(counter.till, counter.terminal.authorise(sale, counter.fence, flow=ONE), APPROVE)
    lane = replace(counter.till, name="P400-000000002")
    fence = counter.desk.open_session(lane, pb.OpenSessionRequest(journal=terminal.NO_ROW)).fence
    counter.desk.refund(lane, terminal.refund(refund, sale, fence), APPROVE)
    counter.desk.reverse(counter.till, terminal.reverse(refund, counter.fence))  # by the other lane
    assert [leg.key for leg in listed(counter).legs] == [sale]
    assert [(leg.key, leg.state) for leg in listed(counter, till=lane).legs] == [(refund, State_.STATE_REVERSED)]
