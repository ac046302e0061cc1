"""Reversals by key: what ends a sale whose answer was lost, or that nobody wants any more."""

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duties.sale import declining
from pos_bridge.conformance.duty import duty, need

_END = "Mark the key as ended in the transaction that reverses, and look at that mark first in every later request."
_NOT_REVERSED = ("TOO_LATE", "CARD_NEEDED")


@duty(
    "ReverseByKey of an approved sale answers REVERSED, and nothing of it stands.",
    why="The till told its customer *not paid*.",
    advice="Release the hold, or void the capture, before you answer REVERSED.",
)
async def reverse_approved(bench: Bench) -> None:
    sale = await bench.reversed()
    judge.expect("a reversed sale", await bench.state(sale.key), "REVERSED")


@duty(
    "A captured sale is reversed whole (REVERSED), or said to be TOO_LATE or CARD_NEEDED and stands as it was.",
    why="The till refunds what was too late. Reversed *and* said to be too late, it would be given back twice.",
    advice="Void what is in the open batch; once it is settled say TOO_LATE and change nothing.",
)
async def reverse_captured(bench: Bench) -> None:
    paid = await bench.captured()
    outcome = judge.outcome(await bench.talk.reverse(bench.reverse(paid.key)))
    judge.expect("ReverseByKey of a captured sale", outcome, "REVERSED", *_NOT_REVERSED)
    stands = "REVERSED" if outcome == "REVERSED" else "CAPTURED"
    judge.expect(f"a captured sale whose reversal was answered {outcome}", await bench.state(paid.key), stands)


@duty(
    "ReverseByKey twice is answered the same twice.",
    why="A till repeats a reversal until it is answered, through every crash.",
    advice=_END,
)
async def reverse_again(bench: Bench) -> None:
    sale, tombstone = await bench.reversed(), await bench.tombstone()
    again = await bench.talk.reverse(bench.reverse(sale.key))
    judge.expect("a second ReverseByKey of a sale", judge.outcome(again), "REVERSED")
    again = await bench.talk.reverse(bench.reverse(tombstone))
    judge.expect("a second ReverseByKey of a tombstone", judge.outcome(again), "TOMBSTONED")


@duty(
    "ReverseByKey of a declined sale answers WAS_DECLINED, and ends the key.",
    why="The till told *not paid*; a retry under that key must not be approved later.",
    advice=_END,
)
async def reverse_declined(bench: Bench) -> None:
    ask = declining(bench)
    judge.expect("Authorise of the declining sale", judge.said(await bench.talk.authorise(ask)), judge.DECLINED)
    outcome = judge.outcome(await bench.talk.reverse(bench.reverse(ask.key)))
    judge.expect("ReverseByKey of a declined sale", outcome, "WAS_DECLINED")
    again = await bench.talk.authorise(ask)
    judge.expect("Authorise with a declined key that was reversed", judge.said(again), "KEY_ENDED")


@duty(
    "A reversed key is refused to a later Authorise as KEY_ENDED.",
    why="A slow copy of the request that was reversed would charge again.",
    advice=_END,
)
async def reversed_then_authorise(bench: Bench) -> None:
    sale = await bench.reversed()
    again = await bench.talk.authorise(sale.request)
    judge.expect("Authorise with a reversed key", judge.said(again), "KEY_ENDED")
    judge.expect("a reversed sale after a late copy of it", await bench.state(sale.key), "REVERSED")


@duty(
    "A reversed key is refused to a later Capture as KEY_ENDED.",
    why="A capture that overtook its reversal on a slow line would take the money after all.",
    advice=_END,
)
async def reversed_then_capture(bench: Bench) -> None:
    sale = await bench.reversed()
    taken = await bench.talk.capture(bench.capture(sale.key, sale.cents))
    judge.expect("Capture of a reversed sale", judge.said(taken), "KEY_ENDED")
    judge.expect("a reversed sale after a late Capture", await bench.state(sale.key), "REVERSED")


@duty(
    "ReverseByKey of a key never seen answers TOMBSTONED, and the look-up says TOMBSTONE.",
    why="The request may still be on its way. Only a tombstone makes *it never came* certain.",
    advice="Insert a row for a key you do not know, as ended, in the transaction that answers.",
)
async def tombstone(bench: Bench) -> None:
    key = await bench.tombstone()
    judge.expect("a key that was reversed before it came", await bench.state(key), "TOMBSTONE")


@duty(
    "A tombstone refuses a later Authorise with its key as KEY_ENDED, for ever.",
    why="Without it a request that comes after its reversal charges a customer who was told *not paid*: in simulation "
    "the one cause of thousands of double charges.",
    advice=_END + " It must outlast restarts, sessions and the day's end.",
)
async def tombstone_then_authorise(bench: Bench) -> None:
    ask = bench.authorise()
    outcome = judge.outcome(await bench.talk.reverse(bench.reverse(ask.key)))
    judge.expect("ReverseByKey of a key never seen", outcome, "TOMBSTONED")
    judge.expect("Authorise with a tombstoned key", judge.said(await bench.talk.authorise(ask)), "KEY_ENDED")
    await bench.open_session()
    ask.context.CopyFrom(bench.context())
    judge.expect("the same in a later session", judge.said(await bench.talk.authorise(ask)), "KEY_ENDED")
    judge.expect("a tombstone after a late request", await bench.state(ask.key), "TOMBSTONE")


@duty(
    "A tombstone refuses a later Refund with its key as KEY_ENDED, and a later Capture.",
    why="A refund that came after its reversal would give back what the till gave back in another way.",
    advice=_END,
)
async def tombstone_then_others(bench: Bench) -> None:
    paid, key = await bench.captured(), await bench.tombstone()
    answer = await bench.talk.refund(bench.refund(paid.key, paid.cents, key))
    judge.expect("Refund with a tombstoned key", judge.said(answer), "KEY_ENDED")
    taken = await bench.talk.capture(bench.capture(key, bench.setup.cents))
    judge.expect("Capture with a tombstoned key", judge.said(taken), "KEY_ENDED", "NOT_SEEN")


@duty(
    "A sale that was refunded in part is not reversed as well.",
    why="Refunds and reversals together must never exceed what was captured.",
    advice="Answer TOO_LATE (or CARD_NEEDED) to ReverseByKey of a sale with a refund.",
)
async def refunded_then_reverse(bench: Bench) -> None:
    paid = await bench.captured()
    back = await bench.talk.refund(bench.refund(paid.key, paid.cents // 2))
    judge.expect("Refund of half a sale", judge.said(back), judge.APPROVED)
    outcome = judge.outcome(await bench.talk.reverse(bench.reverse(paid.key)))
    judge.expect("ReverseByKey of a sale refunded by half", outcome, *_NOT_REVERSED)
    held = await bench.talk.look_up(paid.key)
    need(judge.state(held.state) == "CAPTURED", "a sale that was too late to reverse is not CAPTURED any more")
