"""Requests that break the protocol: refused in words, not by falling over, and nothing comes of them."""

from collections.abc import Awaitable, Callable, Iterator
from typing import TypeAlias

from pos_bridge.conformance import judge
from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import BrokenError, SilentError, duty, need
from pos_bridge.conformance.talk import Talk, Watch
from pos_bridge.protocol import processor_v1_pb2 as pb

_REFUSING = frozenset({"INVALID_ARGUMENT", "OUT_OF_RANGE", "FAILED_PRECONDITION"})
_SHORT_KEY = bytes(15)
_NOT_RANDOM = bytes.fromhex("00000000000010008000000000000000")  # a UUID of version 1 in shape
_TOO_MUCH = 100_000_000
_NAME_FIELD = b"\xfa\x01\x04name"  # field 31, which no message has, of four bytes

_Sale: TypeAlias = Callable[[pb.AuthoriseRequest], object]

SALES: tuple[tuple[str, _Sale], ...] = (
    ("a key of 15 bytes", lambda ask: setattr(ask, "key", _SHORT_KEY)),
    ("a key that is no random UUID", lambda ask: setattr(ask, "key", _NOT_RANDOM)),
    ("no context", lambda ask: ask.ClearField("context")),
    ("no journal row", lambda ask: ask.context.ClearField("journal")),
    ("a journal hash of 31 bytes", lambda ask: setattr(ask.context.journal, "hash", bytes(31))),
    ("no amount", lambda ask: ask.ClearField("amount")),
    ("an amount of nothing", lambda ask: setattr(ask.amount, "cents", 0)),
    ("an amount below nothing", lambda ask: setattr(ask.amount, "cents", -1)),
    ("an amount above the highest", lambda ask: setattr(ask.amount, "cents", _TOO_MUCH)),
    ("no currency", lambda ask: setattr(ask.amount, "currency", 0)),
    ("no flow", lambda ask: ask.ClearField("flow")),
    ("no entry mode", lambda ask: ask.ClearField("entry_mode")),
    ("no not_after", lambda ask: ask.ClearField("not_after_ms")),
    ("no payment", lambda ask: ask.ClearField("payment")),
    ("a payment of 10 bytes", lambda ask: setattr(ask.payment.room, "ciphertext", bytes(10))),
    ("no binding", lambda ask: ask.ClearField("binding")),
    ("a signature of 10 bytes", lambda ask: setattr(ask.binding, "signature", bytes(10))),
)
"""What is done to a good Authorise."""


@duty(
    "A malformed Authorise is refused as MALFORMED (or INVALID_ARGUMENT), and nothing comes of it.",
    why="A fault in a till must be told as one. Repaired or passed on, it is money nobody asked for.",
    advice="Check every length and range of the protocol before the ledger is touched.",
)
async def malformed_sales(bench: Bench) -> None:
    async with bench.another(watch=Watch()) as talk:
        for what, break_it in SALES:
            ask = bench.authorise()
            key = ask.key
            break_it(ask)
            await _refused(f"Authorise with {what}", talk.authorise(ask))
            judge.expect(f"a sale with {what}", await bench.state(key), "NOT_SEEN")
    await bench.sale()


@duty(
    "Every other malformed request is refused, and the processor goes on.",
    why="One bad record must not stop a till, a lane or the store.",
    advice="Answer MALFORMED where the answer has a word for it, the status INVALID_ARGUMENT where it has none.",
)
async def malformed_others(bench: Bench) -> None:
    paid = await bench.captured()
    async with bench.another(watch=Watch()) as talk:
        for what, call in _others(bench, talk, paid.key):
            await _refused(what, call)
    await bench.open_session()
    judge.expect("the sale behind malformed requests", await bench.state(paid.key), "CAPTURED")


@duty(
    "A request with a field that the protocol does not have is refused.",
    why="Such a field is where a name could travel: what is refused is found when it is built, not when it leaks.",
    advice="Refuse a message with unknown fields, inner messages too (in protobuf: compare with DiscardUnknownFields).",
)
async def unknown_fields(bench: Bench) -> None:
    async with bench.another(watch=Watch()) as talk:
        outside, inside = bench.authorise(), bench.authorise()
        outside.MergeFromString(_NAME_FIELD)
        inside.amount.MergeFromString(_NAME_FIELD)
        look_up = pb.LookUpRequest(key=bench.fresh_key())
        look_up.MergeFromString(_NAME_FIELD)
        await _refused("Authorise with an unknown field", talk.authorise(outside))
        await _refused("Authorise with an unknown field in its amount", talk.authorise(inside))
        await _refused("LookUp with an unknown field", talk.look_up_as(look_up))


def _others(bench: Bench, talk: Talk, paid: bytes) -> Iterator[tuple[str, Awaitable[object]]]:
    cents = bench.setup.cents
    yield "Capture with a short key", talk.capture(bench.capture(_SHORT_KEY, cents))
    yield "Capture of nothing", talk.capture(bench.capture(paid, 0))
    yield "ReverseByKey with a short key", talk.reverse(bench.reverse(_SHORT_KEY))
    yield "ReverseByKey without a context", talk.reverse(pb.ReverseByKeyRequest(key=paid))
    yield "Refund with a short key", talk.refund(bench.refund(paid, cents, _SHORT_KEY))
    yield "Refund of a sale with a short key", talk.refund(bench.refund(_SHORT_KEY, cents))
    yield "Refund of nothing", talk.refund(bench.refund(paid, 0))
    half = bench.refund(paid, cents, card=bench.setup.card)
    half.ClearField("binding")
    yield "Refund with a card that nothing binds", talk.refund(half)
    yield "LookUp with a short key", talk.look_up(_SHORT_KEY)
    yield "OpenSession with a journal row that has no hash", talk.open_session(pb.JournalHead(sequence=1))
    yield "Reconcile after a short key", talk.reconcile(bench.since_ms, _SHORT_KEY)


async def _refused(what: str, call: Awaitable[object]) -> None:
    try:
        answer = await call
    except SilentError as error:
        if error.status not in _REFUSING:
            raise BrokenError(f"{what}: not refused, but ended with gRPC status {error.status}") from None
    else:
        need(isinstance(answer, judge.Said), f"{what}: answered, where a refusal is due")
        judge.expect(what, judge.said(answer), "MALFORMED")  # type: ignore[arg-type] # the line above
