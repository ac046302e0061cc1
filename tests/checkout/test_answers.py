"""What a till is told about each state of each kind of leg: the whole table, under each trust."""

import asyncio

import pytest

from pos_bridge.checkout.answers import Answers
from pos_bridge.domain.ledger import KnownLeg, KnownRequest
from pos_bridge.domain.leg import TAKEN_BACK, Cause, Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import Closed, NotPaid, NotRefunded, PaidByCard, Refunded, Running, Voided
from pos_bridge.domain.session import Trust
from tests.checkout.fakes import MemoryJournal, ScriptedProcessor, World, ask
from tests.checkout.story import story, until

UNKNOWN, TRUSTED, ROLLED_BACK = Trust.UNKNOWN, Trust.TRUSTED, Trust.ROLLED_BACK
ALL = frozenset(Trust)
P, N, R = "paid", "not", "running"

# Under which trust a card sale is told as paid, and as not paid; else it is running.
SALE: dict[State, tuple[frozenset[Trust], frozenset[Trust]]] = {
    State.INTENT: (frozenset(), frozenset({TRUSTED})),
    State.DECLINED: (frozenset(), ALL),
    State.ENDED: (frozenset(), ALL),
    State.AUTHORISED: (ALL - {ROLLED_BACK}, frozenset()),
    State.CAPTURING: (ALL - {ROLLED_BACK}, frozenset()),
    State.CAPTURED: (ALL, frozenset()),
    State.CAPTURE_LOST: (ALL, frozenset()),
    State.REVERSING: (frozenset(), frozenset({TRUSTED})),
    State.REVERSED: (frozenset(), ALL),
    State.GIVING_BACK: (frozenset(), frozenset({TRUSTED})),
    State.GIVEN_BACK: (frozenset(), ALL),
}
REFUND = {State.REFUNDED: P, State.REFUND_DECLINED: N, State.ENDED: N, State.REVERSED: N}
CASH_SALE = {State.CASH_TAKEN: P, State.CASH_CANCELLED: N}
CASH_REFUND = {State.CASH_REFUNDED: P}
VOID = {
    State.REVERSED: P,
    State.GIVEN_BACK: P,
    State.CAPTURED: N,
    State.CAPTURE_LOST: N,
    State.CAPTURING: N,
    State.AUTHORISED: N,
}


def leg(
    state: State, kind: Kind = Kind.SALE, tender: Tender = Tender.CARD, cause: Cause | None = Cause.RECOVERED
) -> KnownLeg:
    amount = Amount(12_34)
    due = 12_35 if tender is Tender.CASH else None
    sale = None if kind is Kind.SALE else LegKey.fresh()
    return KnownLeg(
        LegKey.fresh(), tender, state, amount, False, Flow.TWO_MESSAGES, cause, amount, due, kind=kind, sale_key=sale
    )


def word(answer: object) -> str:
    match type(answer).__name__:
        case "PaidByCard" | "PaidInCash" | "Refunded" | "RefundedInCash" | "Voided":
            return P
        case "NotPaid" | "NotRefunded":
            return N
        case "Running":
            return R
        case other:
            raise AssertionError(other)


async def answer_to(known: KnownLeg, trust: Trust = TRUSTED, *, void: bool = False) -> object:
    answers = Answers(MemoryJournal(), ScriptedProcessor(trusted=trust))
    return await answers.to(KnownRequest(bytes(32), known, void=void))


@pytest.mark.parametrize("trust", Trust)
@pytest.mark.parametrize("state", State)
def test_a_card_sale(state, trust):
    @story
    async def run():
        paid, unpaid = SALE.get(state, (frozenset(), frozenset()))
        assert word(await answer_to(leg(state), trust)) == (P if trust in paid else N if trust in unpaid else R)

    run()


@pytest.mark.parametrize("trust", Trust)
@pytest.mark.parametrize("state", [State.REVERSING, State.REVERSED])
def test_a_sale_that_was_voided_later_is_told_as_what_it_was(state, trust):
    @story
    async def run():
        assert isinstance(await answer_to(leg(state, cause=Cause.VOIDED), trust), PaidByCard)

    run()


@pytest.mark.parametrize("cause", Cause)
def test_an_unresolved_sale_is_not_paid_only_where_a_person_owes_it(cause):
    @story
    async def run():
        owed = cause in {Cause.TOO_LATE, Cause.CARD_NEEDED}
        assert word(await answer_to(leg(State.UNRESOLVED, cause=cause))) == (N if owed else R)

    run()


@pytest.mark.parametrize("cause", Cause)
def test_why_a_payment_is_undone_is_told_the_same_while_and_after(cause):
    @story
    async def run():
        told = [await answer_to(leg(state, cause=cause)) for state in (State.REVERSING, State.REVERSED)]
        expected = cause if cause in TAKEN_BACK else Cause.NO_ANSWER
        if cause is Cause.SURROUNDINGS:
            expected = Cause.UNFIT_SINCE  # where nothing was sent, nothing was charged: other words
        if cause is not Cause.VOIDED:
            assert [answer.cause for answer in told if isinstance(answer, NotPaid)] == [expected] * 2

    run()


@pytest.mark.parametrize("trust", Trust)
@pytest.mark.parametrize("kind", [Kind.REFUND, Kind.CARD_REFUND])
@pytest.mark.parametrize("state", State)
def test_a_refund(state, kind, trust):
    """REVERSING is running under any trust: a refund whose reversal comes too late stands."""

    @story
    async def run():
        told = await answer_to(leg(state, kind), trust)
        assert word(told) == REFUND.get(state, R)
        assert isinstance(told, Refunded | NotRefunded | Running)

    run()


@pytest.mark.parametrize("state", State)
def test_cash(state):
    @story
    async def run():
        assert word(await answer_to(leg(state, tender=Tender.CASH))) == CASH_SALE.get(state, R)
        if state not in REFUND:
            assert word(await answer_to(leg(state, Kind.REFUND, Tender.CASH))) == CASH_REFUND.get(state, R)

    run()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("cause", [None, Cause.VOIDED, Cause.TOO_LATE])
def test_a_void(state, cause):
    @story
    async def run():
        told = await answer_to(leg(state, cause=cause), void=True)
        assert word(told) == VOID.get(state, R)
        assert isinstance(told, Voided | NotRefunded | Running)

    run()


@story
async def test_a_request_without_a_leg():
    answers = Answers(MemoryJournal(), ScriptedProcessor())
    assert await answers.to(KnownRequest(b"", None)) == Closed()
    assert await answers.to(KnownRequest(bytes(32), None)) == Running(), "it may have been paid"


@story
async def test_an_intent_in_doubt_is_running():
    answers = Answers(MemoryJournal(), ScriptedProcessor())
    known = leg(State.INTENT)
    answers.in_doubt.add(known.key)
    assert await answers.of(known) == Running()


@story
async def test_a_start_tells_nothing_of_what_it_found_open_before_the_processor_agrees():
    """A journal that was restored says INTENT of a sale that was paid."""
    world = World()
    world.readers.card = None
    paying = asyncio.create_task(world.lane.pay(ask()))
    await until(lambda: bool(world.journal.legs))
    await world.crash()
    paying.cancel()
    world.processor.is_ready, world.processor.trusted = False, UNKNOWN
    await world.settler.recover()
    assert world.journal.words() == ["intent", "reversing"]
    assert await world.lane.status(ask().till.request) == Running()
    assert await world.lane.pay(ask()) == Running()
    world.processor.trusted = TRUSTED
    assert isinstance(await world.lane.status(ask().till.request), NotPaid), "its session was accepted"
    world.processor.is_ready = True
    await world.settled()
