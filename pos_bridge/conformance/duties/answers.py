"""What holds of every answer of the run: to the question, within the protocol, and nothing that ties two sales."""

from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import BrokenError, duty, need

_SALES = 3


@duty(
    "Every answer echoes the key asked, and the currency; no approval is for more than was asked.",
    why="An answer to another question is no answer: the till reverses, reports it, and the customer waits.",
    advice="Fill key and currency from the request at hand, never from a connection's or a host's last one.",
)
async def echoes(bench: Bench) -> None:
    if bench.watch.echoes:
        raise BrokenError("; ".join(bench.watch.echoes))


@duty(
    "No answer has a field beyond the protocol; every number is in its range and every `bytes` of its length.",
    why="The protocol has no field that can carry a name, so that none travels. What is added to it can.",
    advice="Build your messages from protos/processor_v1.proto unchanged; put your own data nowhere in them.",
)
async def within_the_protocol(bench: Bench) -> None:
    if bench.watch.beyond:
        raise BrokenError("; ".join(bench.watch.beyond))


@duty(
    "Sales on one card share nothing in answers and look-ups but brand, entry mode and last 4.",
    why="An approval code that is the card's own would tie a customer's visits together, without their choice.",
    advice="Answer with the issuer's code of each authorisation. A test system that gives every sale one fixed code is "
    "seen as broken here: it cannot be told from one that gives each card its own.",
)
async def sales_apart(bench: Bench) -> None:
    codes = {(await bench.talk.look_up((await bench.sale()).key)).receipt.approval_code for _ in range(_SALES)}
    need(len(codes) > 1, f"{_SALES} sales on one card have the same approval code")
