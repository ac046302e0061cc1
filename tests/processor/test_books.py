"""What the processor holds, told whole or not at all: look-ups, and the pages of a listing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.authorisation import HeldLeg, Holding, Unknown
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.processor import books
from pos_bridge.protocol import processor_v1_pb2 as pb

KEY = LegKey.fresh()


def holding(state: str, **receipt: object) -> object:
    whole = {"amount": {"cents": 700, "currency": 124}, "approval_code": 1, "last_four": 7, "brand": 1, "entry_mode": 1}
    answer = pb.LookUpResponse(key=KEY.raw, state=f"STATE_{state}", receipt=whole | receipt)
    return books.read_look_up(KEY, answer)


@pytest.mark.parametrize("standing", Standing)
def test_each_state_of_a_look_up(standing):
    told = holding(standing.name)
    assert isinstance(told, Holding)
    assert told.standing is standing
    with_money = {Standing.AUTHORISED, Standing.CAPTURED, Standing.REFUNDED, Standing.REVERSED}
    assert (told.amount == Amount(700)) is (told.receipt is not None) is (standing in with_money)
    bare = books.read_look_up(KEY, pb.LookUpResponse(key=KEY.raw, state=f"STATE_{standing.name}"))
    stands = with_money - {Standing.REVERSED}
    assert bare == (Unknown(wrong=True) if standing in stands else Holding(standing))


@pytest.mark.parametrize(
    "flaw",
    [
        {"amount": {"cents": 0, "currency": 124}},
        {"amount": {"cents": 700, "currency": 840}},
        {"approval_code": 36**6},
        {"last_four": 10_000},
        {"brand": 0},
        {"entry_mode": 5},
    ],
)
def test_a_receipt_that_breaks_its_ranges_is_no_answer(flaw):
    assert holding("CAPTURED", **flaw) == Unknown(wrong=True)


def leg(begun_ms: int = 100, **changed: object) -> pb.HeldLeg:
    fields = {"key": LegKey.fresh().raw, "kind": 1, "state": 4, "amount": {"cents": 7, "currency": 124}}
    return pb.HeldLeg(begun_ms=begun_ms, **(fields | changed))  # type: ignore[arg-type] # as the test says


def page(legs: list[pb.HeldLeg], *, more: bool = False, epoch: int = 1) -> pb.ReconcileResponse:
    return pb.ReconcileResponse(legs=legs, more=more, ledger_epoch=epoch)


@given(sizes=st.lists(st.integers(1, 200), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_pages_are_put_together(sizes):
    listing, sent = books.Listing(100), [leg() for _ in range(sum(sizes))]
    at = 0
    for size in sizes:
        request = listing.request()
        assert (request.from_ms, request.after_key) == (100, sent[at - 1].key if at else b"")
        at += size
        assert listing.take(page(sent[at - size : at], more=at < len(sent)))
    assert not listing.more
    assert [held.key.raw for held in listing.legs] == [each.key for each in sent]
    assert all(isinstance(held, HeldLeg) for held in listing.legs)


@pytest.mark.parametrize(
    "flaw",
    [
        {"key": b"short"},
        {"key": bytes(16)},
        {"kind": 0},
        {"kind": 3},
        {"state": 0},
        {"state": 1},  # not seen
        {"state": 8},  # a tombstone
        {"amount": {"cents": 0, "currency": 124}},
        {"amount": {"cents": 7, "currency": 840}},
        {"begun_ms": 99},
    ],
)
def test_a_page_with_a_leg_that_breaks_a_rule_is_none(flaw):
    assert not books.Listing(100).take(page([leg(), leg(**flaw)]))


def test_a_listing_that_goes_in_circles_or_on_for_ever_is_none():
    first = leg()
    listing = books.Listing(0)
    assert listing.take(page([first], more=True))
    assert not listing.take(page([first], more=True)), "a key that it told before"
    assert not books.Listing(0).take(page([], more=True))
    assert not books.Listing(0).take(page([leg() for _ in range(201)]))
    assert books.Listing(-5).request().from_ms == 0
    other = books.Listing(0)
    assert other.take(page([leg()], more=True, epoch=1))
    assert not other.take(page([leg()], epoch=2)), "the ledger was replaced meanwhile"


def test_a_listing_has_an_end(monkeypatch):
    monkeypatch.setattr(books, "MAX_LEGS", 300)
    listing = books.Listing(0)
    assert listing.take(page([leg() for _ in range(200)], more=True))
    assert not listing.take(page([leg() for _ in range(101)]))
