"""Two tills of one merchant: apart in their sessions, together in what may be given back."""

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import NO_ROW, Bench
from pos_bridge.conformance.duty import NotTriedError, duty, need
from pos_bridge.processor.channel import Credentials

_KEEP_APART = "Keep fence and journal row per till (the name in its certificate), keys and sales per merchant."


@duty(
    "A till is answered a look-up without ever having opened a session.",
    why="A till that may move no money, because its journal was rolled back, still has to find out what stands.",
    advice="Look a key up for any till of the merchant whose certificate is good; ask for no session.",
)
async def look_up_needs_no_session(bench: Bench) -> None:
    sale = await bench.sale()
    async with bench.another(_second(bench)) as other:
        held = await other.look_up(sale.key)
    judge.expect("LookUp by another till of the merchant", judge.state(held.state), "AUTHORISED")


@duty(
    "Two tills of a merchant do not fence each other out.",
    why="A store has several lanes, and all of them sell.",
    advice=_KEEP_APART,
)
async def tills_apart(bench: Bench) -> None:
    async with bench.another(_second(bench)) as other:
        await other.open_session(NO_ROW)
        await bench.sale()


@duty(
    "A sale may be refunded by another till of the merchant, and that refund is in the other till's list only.",
    why="A customer brings things back to another lane; and each till's day end compares its own legs.",
    advice=_KEEP_APART + " List in Reconcile the legs that the calling till asked for.",
)
async def refund_at_another_till(bench: Bench) -> None:
    since = bench.not_after_ms(-1)
    paid = await bench.captured()
    async with bench.another(_second(bench)) as other:
        opened = await other.open_session(NO_ROW)
        back = bench.refund(paid.key, paid.cents, fence=opened.fence)
        back.context.journal.CopyFrom(opened.last_seen)
        judge.expect("Refund by another till of the merchant", judge.said(await other.refund(back)), judge.APPROVED)
        theirs = {leg.key for leg in (await other.reconcile(since)).legs}
    ours = {leg.key for leg in (await bench.talk.reconcile(since)).legs}
    bench.keys.remove(back.key)
    need(back.key in theirs, "the other till's list lacks the refund that it asked for")
    need(back.key not in ours, "this till's list has a refund that another till asked for")
    need(paid.key not in theirs, "the other till's list has a sale that this till asked for")


def _second(bench: Bench) -> Credentials:
    if bench.setup.second is None:
        raise NotTriedError("needs --second-certificate and --second-key")
    return bench.setup.second
