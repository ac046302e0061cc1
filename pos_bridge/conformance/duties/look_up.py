"""Look-ups: the truth about a key, told to whoever of the merchant asks, and nothing changed by asking."""

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import duty, need
from pos_bridge.protocol import processor_v1_pb2 as pb


@duty(
    "LookUp tells where a key stands: not seen, authorised, captured, reversed, refunded.",
    why="Recovery after a crash asks, and believes.",
    advice="Answer from the ledger itself, after the last commit, not from a copy that lags.",
)
async def look_up_states(bench: Bench) -> None:
    judge.expect("LookUp of a key never seen", await bench.state(bench.fresh_key()), "NOT_SEEN")
    sale = await bench.sale()
    judge.expect("LookUp of an approved sale", await bench.state(sale.key), "AUTHORISED")
    await bench.talk.capture(bench.capture(sale.key, sale.cents))
    judge.expect("LookUp of a captured sale", await bench.state(sale.key), "CAPTURED")
    back = bench.refund(sale.key, sale.cents)
    await bench.talk.refund(back)
    judge.expect("LookUp of a refund", await bench.state(back.key), "REFUNDED")
    judge.expect("LookUp of a refunded sale", await bench.state(sale.key), "CAPTURED")
    gone = await bench.sale()
    await bench.talk.reverse(bench.reverse(gone.key))
    judge.expect("LookUp of a reversed sale", await bench.state(gone.key), "REVERSED")


@duty(
    "LookUp of what was approved has what a receipt needs: amount, approval code, brand, entry mode, last 4.",
    why="The till keeps none of it, so that a receipt after a restart comes from here.",
    advice="Fill ReceiptFacts from AUTHORISED to REFUNDED; a refund shows the card of its sale.",
)
async def look_up_receipt(bench: Bench) -> None:
    sale = await bench.captured()
    ask = bench.refund(sale.key, sale.cents // 2)
    back = await bench.talk.refund(ask)
    for what, request, answer in (("a sale", sale.request, sale.answer), ("a refund", ask, back)):
        held = await bench.talk.look_up(request.key)
        need(held.HasField("receipt"), f"the look-up of {what} has no receipt")
        facts = held.receipt
        need(facts.amount == request.amount, f"the receipt of {what} has another amount")
        need(facts.approval_code == answer.approved.approval_code, f"the receipt of {what} has another approval code")
        need(facts.last_four == bench.setup.card.last_four, f"the receipt of {what} has other last 4 digits")
        need(facts.entry_mode == pb.ENTRY_MODE_MAGSTRIPE, f"the receipt of {what} has another entry mode")
        need(facts.brand != pb.BRAND_UNSPECIFIED, f"the receipt of {what} has no brand")


@duty(
    "LookUp changes nothing: a key that was looked up is as it was before.",
    why="A status query that starts, captures or ends a payment is a fault that real terminals have had.",
    advice="Read only; insert nothing for a key you do not know.",
)
async def look_up_changes_nothing(bench: Bench) -> None:
    ask = bench.authorise()
    for _ in range(2):
        judge.expect("LookUp of a key never seen", await bench.state(ask.key), "NOT_SEEN")
    judge.expect("Authorise with a key that was looked up", judge.said(await bench.talk.authorise(ask)), judge.APPROVED)
    for _ in range(2):
        judge.expect("LookUp of an approved sale", await bench.state(ask.key), "AUTHORISED")


@duty(
    "LookUp and Reconcile are answered while another session is the newest.",
    why="A till that was fenced out still has to find out what stands.",
    advice="Ask a look-up for no fence; it carries none.",
)
async def look_up_when_fenced(bench: Bench) -> None:
    sale = await bench.sale()
    async with bench.another() as other:
        await other.open_session(bench.head)
        judge.expect("LookUp after another session", await bench.state(sale.key), "AUTHORISED")
        listed = await bench.talk.reconcile(bench.not_after_ms(-60))
    need(bool(listed.legs), "Reconcile after another session has no legs")
    await bench.open_session()
