"""Sales: one charge a key, whatever is sent, how often, and at what moment."""

import asyncio
from contextlib import AsyncExitStack

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import BrokenError, NotTriedError, SilentError, duty, need
from pos_bridge.conformance.setup import CAD
from pos_bridge.protocol import processor_v1_pb2 as pb

USD = 840
_CHANNELS, _TIMES = 3, 2

_ONE_CHARGE = (
    "Keep (merchant, key) under a unique index with a digest of the request and its answer, in the transaction that "
    "charges; look there first, before any other check, and answer what was answered."
)


@duty(
    "The test card is approved.",
    why="Most duties begin with an approved sale.",
    advice="declined: give a card that your test system approves with --card, or an amount with --amount. BINDING: "
    "register the public half of --signing-key for this till. UNREADABLE: the layout of RoomSealed and its HPKE info.",
    gate=True,
)
async def approves(bench: Bench) -> None:
    await bench.sale()


@duty(
    "The same request with the same key is given the same answer.",
    why="A till that heard nothing asks again, with the same key. Two answers are two charges.",
    advice=_ONE_CHARGE,
)
async def same_request(bench: Bench) -> None:
    sale = await bench.sale()
    _expect_same(sale.answer, await bench.talk.authorise(sale.request))
    await bench.open_session()
    sale.request.context.CopyFrom(bench.context())
    _expect_same(sale.answer, await bench.talk.authorise(sale.request))
    await bench.talk.capture(bench.capture(sale.key, sale.cents))
    _expect_same(sale.answer, await bench.talk.authorise(sale.request))
    judge.expect("a captured sale after a resend", await bench.state(sale.key), "CAPTURED")


@duty(
    "Several copies of a request that arrive at once are one charge.",
    why="Networks double, and a till resends while its first try is still being worked on.",
    advice=_ONE_CHARGE + " A copy that finds the first one in work waits for its answer, or is not answered at all.",
)
async def copies_at_once(bench: Bench) -> None:
    ask = bench.authorise()
    async with AsyncExitStack() as stack:
        talks = [await stack.enter_async_context(bench.another()) for _ in range(_CHANNELS)]
        calls = [talk.authorise(ask) for talk in talks * _TIMES]
        heard = await asyncio.gather(*calls, return_exceptions=True)
    answers = [each for each in heard if isinstance(each, pb.AuthoriseResponse)]
    for each in heard:
        if isinstance(each, BaseException) and not isinstance(each, SilentError):
            raise each
    need(bool(answers), "none of the copies was answered")
    judge.expect("a copy", judge.said(answers[0]), judge.APPROVED)
    for each in [*answers, await bench.talk.authorise(ask)]:
        _expect_same(answers[0], each)


@duty(
    "The same key with other money is refused as KEY_REUSED, and the first request stands.",
    why="A till with a fault must not be told *approved* for an amount that was never charged.",
    advice="Compare the digest of the request (all but context and deadline) with the one kept under the key.",
)
async def other_money(bench: Bench) -> None:
    sale = await bench.sale()
    for ask in (bench.authorise(sale.key, sale.cents + 1), bench.authorise(sale.key, sale.cents, currency=USD)):
        judge.expect(
            "Authorise with a used key and other money", judge.said(await bench.talk.authorise(ask)), "KEY_REUSED"
        )
    held = await bench.talk.look_up(sale.key)
    judge.expect("the first sale", judge.state(held.state), "AUTHORISED")
    need(held.receipt.amount == sale.request.amount, "the first sale's amount changed")


@duty(
    "A resend of an encrypting reader's payment is recognised before its key serial number is checked.",
    why="Such a number is taken once. Checked first, every resend of an approved sale would be refused as used.",
    advice="Look the leg's key up first; only a new key uses up a reader's serial number. A copied swipe "
    "under another key is refused.",
)
async def same_swipe(bench: Bench) -> None:
    if bench.setup.swipe is None:
        raise NotTriedError("needs --swipe, a fresh one for each run")
    ask = bench.authorise(payment=bench.setup.swipe)
    first = await bench.talk.authorise(ask)
    judge.expect("Authorise of the reader's swipe", judge.said(first), judge.APPROVED)
    _expect_same(first, await bench.talk.authorise(ask))
    copied = await bench.talk.authorise(bench.authorise(payment=bench.setup.swipe))
    judge.expect("the same swipe under another key", judge.said(copied), "UNREADABLE")


@duty(
    "Where partial_ok is not set, less than was asked is never approved.",
    why="The customer leaves with goods that are half paid, and the till cannot ask for the rest.",
    advice="Ask your host for all or nothing; where it approves less, reverse that and answer declined.",
)
async def never_less(bench: Bench) -> None:
    if bench.setup.partial_cents is not None:
        answer = await bench.talk.authorise(bench.authorise(cents=bench.setup.partial_cents))
        judge.expect("Authorise of the amount of --partial-amount", judge.said(answer), judge.APPROVED, judge.DECLINED)
    if bench.watch.less:
        raise BrokenError("; ".join(bench.watch.less))
    if bench.setup.partial_cents is None:
        raise NotTriedError("needs --partial-amount, cents of which less is approved; of the other amounts none was")


@duty(
    "The issuer's no is told as declined, stays so, and the look-up says DECLINED.",
    why="A customer who was declined pays in cash; a yes that comes later is a second payment.",
    advice="Keep a declined key as you keep an approved one.",
)
async def declined(bench: Bench) -> None:
    ask = declining(bench)
    for what in ("Authorise of the declining sale", "its resend"):
        judge.expect(what, judge.said(await bench.talk.authorise(ask)), judge.DECLINED)
    held = await bench.talk.look_up(ask.key)
    judge.expect("a declined sale", judge.state(held.state), "DECLINED")
    need(not held.HasField("receipt"), "a declined sale's look-up has a receipt")


@duty(
    "The dual signature is verified: with another amount, key or order than was signed it is refused as BINDING.",
    why="It is what proves that this terminal bound this payment to this order and amount.",
    advice="Recompute payment_digest from what you received; verify with the key registered for the till.",
)
async def binding(bench: Bench) -> None:
    ask = bench.authorise()
    ask.binding.order_digest = bytes(len(ask.binding.order_digest))
    judge.expect("Authorise with another order than was signed", judge.said(await bench.talk.authorise(ask)), "BINDING")
    ask, other = bench.authorise(), bench.authorise()
    ask.binding.CopyFrom(other.binding)
    judge.expect("Authorise with another sale's signature", judge.said(await bench.talk.authorise(ask)), "BINDING")


@duty(
    "A payment that was sealed for another key or amount is refused as UNREADABLE.",
    why="Sealed bytes that were copied on their way must not pay for anything else.",
    advice="Open with the key and amount of the request in the HPKE info, as RoomSealed says; never with stored ones.",
)
async def sealed_for_it(bench: Bench) -> None:
    setup = bench.setup
    for key, cents in ((bench.fresh_key(), setup.cents), (None, setup.cents + 1)):
        own = bench.fresh_key()
        copied = bench.sealed(key or own, cents, CAD, setup.card)
        answer = await bench.talk.authorise(bench.authorise(own, payment=copied))
        judge.expect("a payment sealed for another sale", judge.said(answer), "UNREADABLE")


def declining(bench: Bench) -> pb.AuthoriseRequest:
    """A request that the issuer declines. Raises NotTriedError where this run was given none."""
    setup = bench.setup
    if setup.declined_card is None and setup.declined_cents is None:
        raise NotTriedError("needs --declined-card or --declined-amount")
    return bench.authorise(cents=setup.declined_cents, card=setup.declined_card)


def _expect_same(first: pb.AuthoriseResponse, again: pb.AuthoriseResponse) -> None:
    judge.expect("the same request again", judge.said(again), judge.said(first))
    need(again.approved == first.approved, "the same request again was approved with another code or amount")
