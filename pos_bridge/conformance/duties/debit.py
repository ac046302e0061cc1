"""Debit in one message (Interac): taken at once, and given back only to the card that paid."""

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.card import TestCard
from pos_bridge.conformance.duty import NotTriedError, duty

_BY_CARD = "Open the card of the refund and compare it with the sale's, inside the processor."


@duty(
    "A debit sale in one message is captured when it is approved.",
    why="No capture follows: a hold that nobody takes is goods for nothing.",
    advice="For FLOW_ONE_MESSAGE take the money and answer approved in one step.",
)
async def one_message(bench: Bench) -> None:
    key = await _paid(bench, _card(bench))
    judge.expect("a debit sale", await bench.state(key), "CAPTURED")


@duty(
    "A debit sale is not refunded by reference: CARD_NEEDED.",
    why="The scheme gives back only to the card that is presented.",
    advice=_BY_CARD,
)
async def refund_needs_card(bench: Bench) -> None:
    key = await _paid(bench, _card(bench))
    answer = await bench.talk.refund(bench.refund(key, bench.setup.cents))
    judge.expect("Refund by reference of a debit sale", judge.said(answer), "CARD_NEEDED")


@duty(
    "A debit sale is refunded to its card, and ReverseByKey of that refund's key takes it back or ends it.",
    why="With the card present an unknown refund is not repeated, it is reversed; else it would be given back twice.",
    advice=_BY_CARD + " A refund's key can be reversed until it is settled, like a sale's.",
)
async def refund_to_card(bench: Bench) -> None:
    card = _card(bench)
    key = await _paid(bench, card)
    ask = bench.refund(key, bench.setup.cents, card=card)
    for what in ("Refund to the card that paid", "the same refund again"):
        judge.expect(what, judge.said(await bench.talk.refund(ask)), judge.APPROVED)
    outcome = judge.outcome(await bench.talk.reverse(bench.reverse(ask.key)))
    judge.expect("ReverseByKey of that refund", outcome, "REVERSED", "TOO_LATE", "CARD_NEEDED")
    if outcome == "REVERSED":
        judge.expect("that refund again", judge.said(await bench.talk.refund(ask)), "KEY_ENDED")
        other = bench.refund(key, bench.setup.cents, card=card)
        judge.expect("a new refund to the card", judge.said(await bench.talk.refund(other)), judge.APPROVED)


@duty(
    "A refund to another card than the one that paid is refused as OTHER_CARD.",
    why="A stolen receipt would be cash.",
    advice=_BY_CARD,
)
async def refund_to_other_card(bench: Bench) -> None:
    key = await _paid(bench, _card(bench))
    ask = bench.refund(key, bench.setup.cents, card=bench.setup.card)
    judge.expect("Refund to another card", judge.said(await bench.talk.refund(ask)), "OTHER_CARD")
    judge.expect("that refund", await bench.state(ask.key), "NOT_SEEN", "DECLINED")


def _card(bench: Bench) -> TestCard:
    if bench.setup.debit_card is None:
        raise NotTriedError("needs --debit-card")
    return bench.setup.debit_card


async def _paid(bench: Bench, card: TestCard) -> bytes:
    ask = bench.authorise(card=card, one_message=True)
    judge.expect(
        "Authorise of a debit sale in one message", judge.said(await bench.talk.authorise(ask)), judge.APPROVED
    )
    return ask.key
