"""The processor's own list of a till's legs, held against all that this run asked for. The last duties of a run."""

from collections.abc import AsyncIterator

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import duty, need
from pos_bridge.protocol import processor_v1_pb2 as pb

_HELD = frozenset({"AUTHORISED", "CAPTURED", "DECLINED", "REVERSED", "REFUNDED"})
_ONE_LIST = "Answer Reconcile from the ledger that answers LookUp, for the till that the certificate names."


@duty(
    "Reconcile goes on behind the key it is given, in the order in which the legs came, and says when it is done.",
    why="A till that has sold all day reads its list in pages; one that is left out looks like money lost.",
    advice="Order by arrival, go on behind after_key, at most 200 at a time, `more` exactly while some are left.",
)
async def reconcile_pages(bench: Bench) -> None:
    sales = [await bench.sale() for _ in range(3)]
    whole = [leg async for leg in _legs(bench, bench.since_ms)]
    keys = [leg.key for leg in whole]
    need(keys[-3:] == [sale.key for sale in sales], "the newest three legs are not the end of the list, in their order")
    need(len(set(keys)) == len(keys), "a leg is in the list twice")
    rest = await bench.talk.reconcile(bench.since_ms, sales[0].key)
    need([leg.key for leg in rest.legs] == keys[-2:], "after_key did not go on with the leg behind it")
    need(not rest.more, "the end of the list says that there is more")
    newest = whole[-1]
    later = await bench.talk.reconcile(newest.begun_ms + 1)
    need(not later.legs, "a leg from before from_ms is in the list")


@duty(
    "Reconcile lists every leg that this till asked for, each once, as LookUp tells it; no tombstones, no other legs.",
    why="A person looks into each difference at day end. A leg that the till never asked for is a double charge.",
    advice=_ONE_LIST,
)
async def reconcile_agrees(bench: Bench) -> None:
    listed = {leg.key: leg async for leg in _legs(bench, bench.since_ms)}
    need(not listed.keys() - set(bench.keys), "the list has a leg that this till never asked for")
    for key in bench.keys:
        held = await bench.talk.look_up(key)
        state = judge.state(held.state)
        need(
            (key in listed) is (state in _HELD),
            f"{'no ' if state in _HELD else 'a '}leg listed for a key that is {state}",
        )
        if key in listed:
            _expect_equal(listed[key], held, state)


def _expect_equal(leg: pb.HeldLeg, held: pb.LookUpResponse, state: str) -> None:
    need(leg.state == held.state, f"a leg that LookUp tells as {state} is listed as {judge.state(leg.state)}")
    need(not held.HasField("receipt") or leg.amount == held.receipt.amount, f"a leg that is {state} has another amount")
    refund = leg.kind == pb.HeldLeg.KIND_REFUND
    need(
        refund if state == "REFUNDED" else state not in {"AUTHORISED", "CAPTURED"} or not refund,
        "a leg of another kind",
    )


async def _legs(bench: Bench, since_ms: int) -> AsyncIterator[pb.HeldLeg]:
    """All pages. Raises BrokenError for a page that does not go on."""
    after, more = b"", True
    while more:
        page = await bench.talk.reconcile(since_ms, after)
        need(bool(page.legs) or not page.more, "an empty page says that there is more")
        for leg in page.legs:
            yield leg
        more = page.more
        need(not more or page.legs[-1].key != after, "a page does not go on behind after_key")
        after = page.legs[-1].key if page.legs else after
