"""Refunds: back to the card that paid, once, and never more than it paid."""

import asyncio

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import duty, need

_LIMIT = (
    "Sum the refunds of a sale that stand, in the transaction that makes a new one, and hold that against what was "
    "captured."
)
_NO_MORE = ("EXCEEDS", "WRONG_STATE")


@duty(
    "A captured sale is refunded by reference: in part, then the rest, and then no more.",
    why="No card is presented, and none is kept: the sale's key is all there is.",
    advice=_LIMIT,
)
async def refund_up_to_captured(bench: Bench) -> None:
    paid = await bench.captured()
    part = paid.cents * 6 // 10
    for cents in (part, paid.cents - part):
        answer = await bench.talk.refund(bench.refund(paid.key, cents))
        judge.expect("Refund of what is left of a sale", judge.said(answer), judge.APPROVED)
        need(answer.approved.amount.cents == cents, "a refund was approved for another amount")
    over = await bench.talk.refund(bench.refund(paid.key, 1))
    judge.expect("Refund of a sale that was refunded whole", judge.said(over), *_NO_MORE)


@duty(
    "A refund above what was captured is refused as EXCEEDS, and nothing is given back.",
    why="Money would leave the store for nothing.",
    advice=_LIMIT,
)
async def refund_too_much(bench: Bench) -> None:
    paid = await bench.captured()
    ask = bench.refund(paid.key, paid.cents + 1)
    judge.expect("Refund of more than was captured", judge.said(await bench.talk.refund(ask)), "EXCEEDS")
    judge.expect("a refund that was refused", await bench.state(ask.key), "NOT_SEEN", "DECLINED")


@duty(
    "The limit is what was captured, where less was captured than approved.",
    why="What was never taken cannot be given back.",
    advice=_LIMIT,
)
async def refund_of_less_captured(bench: Bench) -> None:
    sale = await bench.sale()
    taken = sale.cents // 2
    answer = await bench.talk.capture(bench.capture(sale.key, taken))
    judge.expect("Capture of half of what was approved", judge.said(answer), judge.CAPTURED)
    over = await bench.talk.refund(bench.refund(sale.key, taken + 1))
    judge.expect("Refund of more than was captured", judge.said(over), "EXCEEDS")


@duty(
    "Two refunds of a whole sale under two keys, at once or one after the other: one is made.",
    why="Two lanes, or a cashier who tries again, must not give back twice.",
    advice=_LIMIT + " Lock the sale's row first.",
)
async def refund_twice(bench: Bench) -> None:
    paid = await bench.captured()
    asks = [bench.refund(paid.key, paid.cents) for _ in range(2)]
    heard = [judge.said(answer) for answer in await asyncio.gather(*(bench.talk.refund(ask) for ask in asks))]
    need(heard.count(judge.APPROVED) == 1, f"two refunds of one sale at once were {heard[0]} and {heard[1]}")
    again = await bench.talk.refund(bench.refund(paid.key, paid.cents))
    judge.expect("a third refund of the sale", judge.said(again), *_NO_MORE)


@duty(
    "The same refund with the same key is given the same answer, and counts once.",
    why="A till sends a refund again and again until it is answered.",
    advice="Keep a refund's key, request and answer as you keep a sale's; look there before the limit is checked.",
)
async def same_refund(bench: Bench) -> None:
    paid = await bench.captured()
    part = paid.cents * 6 // 10
    ask = bench.refund(paid.key, part)
    first = await bench.talk.refund(ask)
    judge.expect("Refund of part of a sale", judge.said(first), judge.APPROVED)
    again = await bench.talk.refund(ask)
    judge.expect("the same refund again", judge.said(again), judge.APPROVED)
    need(again.approved == first.approved, "the same refund again was approved with another code or amount")
    rest = await bench.talk.refund(bench.refund(paid.key, paid.cents - part))
    judge.expect("Refund of the rest", judge.said(rest), judge.APPROVED)


@duty(
    "A refund's key with other money is refused as KEY_REUSED.",
    why="The till would be told of a refund that was not made.",
    advice="Compare the digest of the request with the one kept under the key, for refunds too.",
)
async def refund_other_money(bench: Bench) -> None:
    paid = await bench.captured()
    part = paid.cents // 4
    ask = bench.refund(paid.key, part)
    judge.expect("Refund of part of a sale", judge.said(await bench.talk.refund(ask)), judge.APPROVED)
    other = bench.refund(paid.key, part + 1, ask.key)
    judge.expect("a refund with a used key", judge.said(await bench.talk.refund(other)), "KEY_REUSED")


@duty(
    "A refund of a sale that the merchant does not have is refused as NOT_SEEN.",
    why="A key from another store's receipt must give nothing back.",
    advice="Look the sale up by (merchant, key); the till's certificate names the merchant.",
)
async def refund_unknown(bench: Bench) -> None:
    answer = await bench.talk.refund(bench.refund(bench.fresh_key(), bench.setup.cents))
    judge.expect("Refund of a sale never seen", judge.said(answer), "NOT_SEEN")
    answer = await bench.talk.refund(bench.refund(await bench.tombstone(), bench.setup.cents))
    judge.expect("Refund of a tombstone", judge.said(answer), "NOT_SEEN", "WRONG_STATE")


@duty(
    "A refund of a sale that was reversed, or not captured yet, is refused.",
    why="Nothing was taken, so nothing is to be given back.",
    advice=_LIMIT + " Of a hold or a reversed sale that is nothing: refuse as WRONG_STATE.",
)
async def refund_of_nothing(bench: Bench) -> None:
    gone, held = await bench.reversed(), await bench.sale()
    answer = await bench.talk.refund(bench.refund(gone.key, gone.cents))
    judge.expect("Refund of a reversed sale", judge.said(answer), *_NO_MORE)
    answer = await bench.talk.refund(bench.refund(held.key, held.cents))
    judge.expect("Refund of a sale that is not captured", judge.said(answer), *_NO_MORE)


@duty(
    "A refund that was refused stays refused when its key comes again.",
    why="The till took the refusal for the end and tried another way; a copy that was slow must not be made after all.",
    advice="Keep a refused refund under its key, with the refusal as its answer.",
)
async def refund_no_is_final(bench: Bench) -> None:
    held = await bench.sale()
    ask = bench.refund(held.key, held.cents)
    first = judge.said(await bench.talk.refund(ask))
    judge.expect("Refund of a sale that is not captured", first, *_NO_MORE)
    await bench.talk.capture(bench.capture(held.key, held.cents))
    again = await bench.talk.refund(ask)
    judge.expect("that refund again, once the sale is captured", judge.said(again), first)


@duty(
    "A refund is not refunded.",
    why="A chain of refunds gives back without end.",
    advice="Take a captured sale's key as sale_key, and nothing else.",
)
async def refund_of_a_refund(bench: Bench) -> None:
    paid = await bench.captured()
    ask = bench.refund(paid.key, paid.cents)
    judge.expect("Refund of a whole sale", judge.said(await bench.talk.refund(ask)), judge.APPROVED)
    answer = await bench.talk.refund(bench.refund(ask.key, paid.cents))
    judge.expect("Refund of a refund", judge.said(answer), *_NO_MORE, "NOT_SEEN")
