"""The processor's clock: the only one that counts, and it has to count."""

import asyncio

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import duty, need

_PAST_S = -1.0
_AGREES_MS = 2000  # between machines behind one address
_MOMENT_S = 0.02
_LATE_ADVICE = (
    "Refuse where not_after_ms is before your own clock, in the transaction that would begin; the till's clock plays "
    "no part. GetTime must read the same clock."
)


@duty(
    "Every answer tells the processor's time, GetTime tells the same time, and it does not run backwards.",
    why="A till sets each deadline by that clock, whatever its own says: a till may be ten minutes off.",
    advice="Answer now_ms from one clock, milliseconds since 1970 UTC, never set back while requests are alive.",
)
async def clock(bench: Bench) -> None:
    first = await bench.talk.get_time()
    key = bench.fresh_key()
    told = {
        "LookUp": (await bench.talk.look_up(key)).now_ms,
        "Capture": (await bench.talk.capture(bench.capture(key, bench.setup.cents))).now_ms,
        "Refund": (await bench.talk.refund(bench.refund(key, bench.setup.cents))).now_ms,
        "ReverseByKey": (await bench.talk.reverse(bench.reverse(key))).now_ms,
        "Authorise": (await bench.talk.authorise(bench.authorise())).now_ms,
        "OpenSession": (await bench.open_session()).now_ms,
    }
    await asyncio.sleep(_MOMENT_S)
    last = await bench.talk.get_time()
    need(last > first, "GetTime told no later time than before")
    for call, now_ms in told.items():
        need(now_ms > 0, f"{call} did not tell the processor's time")
        need(first - _AGREES_MS <= now_ms <= last + _AGREES_MS, f"{call} told another time than GetTime")


@duty(
    "An Authorise after its not_after is refused as LATE, and does nothing.",
    why="A request that was held up on its way must not charge a customer who has paid in cash and left.",
    advice=_LATE_ADVICE,
)
async def late_authorise(bench: Bench) -> None:
    ask = bench.authorise(seconds=_PAST_S)
    judge.expect("Authorise after its not_after", judge.said(await bench.talk.authorise(ask)), "LATE")
    judge.expect("a sale that was late", await bench.state(ask.key), "NOT_SEEN", "DECLINED", "TOMBSTONE")


@duty(
    "A Refund after its not_after is refused as LATE, and does nothing.",
    why="A person was told to look into it by then; a refund that is made later is made twice.",
    advice=_LATE_ADVICE,
)
async def late_refund(bench: Bench) -> None:
    paid = await bench.captured()
    ask = bench.refund(paid.key, paid.cents, seconds=_PAST_S)
    judge.expect("Refund after its not_after", judge.said(await bench.talk.refund(ask)), "LATE")
    judge.expect("a refund that was late", await bench.state(ask.key), "NOT_SEEN", "DECLINED", "TOMBSTONE")


@duty(
    "A resend after not_after of what was answered in time is given the same answer, not LATE.",
    why="The till would take LATE for *nothing was charged*, while the first try was approved.",
    advice="Recognise the key before you look at the deadline.",
)
async def late_resend(bench: Bench) -> None:
    ask = bench.authorise()
    first = await bench.talk.authorise(ask)
    judge.expect("Authorise of a new sale", judge.said(first), judge.APPROVED)
    ask.not_after_ms = bench.not_after_ms(_PAST_S)
    again = await bench.talk.authorise(ask)
    judge.expect("a resend after not_after of an approved sale", judge.said(again), judge.APPROVED)
