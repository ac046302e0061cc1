"""Captures: what an approval holds is taken once, and never more."""

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import duty, need


@duty(
    "Capture twice is one capture, answered as captured twice.",
    why="A till repeats a capture until it is answered. Refused the second time, it raises an alarm for a paid sale.",
    advice="Where the key is captured for this amount already, answer captured and do nothing.",
)
async def capture_again(bench: Bench) -> None:
    paid = await bench.captured()
    again = await bench.talk.capture(bench.capture(paid.key, paid.cents))
    judge.expect("a second Capture", judge.said(again), judge.CAPTURED)
    held = await bench.talk.look_up(paid.key)
    judge.expect("a sale captured twice", judge.state(held.state), "CAPTURED")
    need(held.receipt.amount == paid.request.amount, "a sale captured twice is of another amount")


@duty(
    "Capture of more than was approved is refused as EXCEEDS, and nothing is taken.",
    why="The customer agreed to the amount on the terminal, and to no other.",
    advice="Compare with what was approved, which can be less than was asked.",
)
async def capture_too_much(bench: Bench) -> None:
    sale = await bench.sale()
    taken = await bench.talk.capture(bench.capture(sale.key, sale.cents + 1))
    judge.expect("Capture of more than was approved", judge.said(taken), "EXCEEDS")
    judge.expect("a sale whose capture was refused", await bench.state(sale.key), "AUTHORISED")


@duty(
    "Capture of a captured sale for another amount is refused.",
    why="Taken twice is charged twice.",
    advice="A capture is final, for less than was approved too: refuse as WRONG_STATE or EXCEEDS.",
)
async def capture_other_amount(bench: Bench) -> None:
    paid = await bench.captured()
    for cents in (paid.cents // 2, paid.cents + 1):
        taken = await bench.talk.capture(bench.capture(paid.key, cents))
        judge.expect("Capture of a captured sale for another amount", judge.said(taken), "WRONG_STATE", "EXCEEDS")


@duty(
    "Capture of a key never seen is refused as NOT_SEEN, and leaves nothing behind.",
    why="The till has to learn that its approval is not there: that is an alarm, and never a charge.",
    advice="A capture finds its sale by the key alone; it makes none.",
)
async def capture_unknown(bench: Bench) -> None:
    key = bench.fresh_key()
    taken = await bench.talk.capture(bench.capture(key, bench.setup.cents))
    judge.expect("Capture of a key never seen", judge.said(taken), "NOT_SEEN")
    judge.expect("that key", await bench.state(key), "NOT_SEEN")
