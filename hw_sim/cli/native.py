"""pos-bridge-sim native DIR WORD ...: a native till at the command line: it prints what its cashier sees."""

import argparse
import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from hw_sim.cli import arguments, native_people
from hw_sim.cli.exits import DONE, FAILED, REFUSED, complain

if TYPE_CHECKING:
    from hw_sim.native_till import NativeTill
    from pos_bridge.protocol import till_v1_pb2 as pb

_MOST_CENTS = 99_999_999


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "native",
        help="a native till: pay, refund, status, confirm, ...",
        description="Asks the engine of a running store, started with --native, over the native till API. It prints the"
        " request's id, by which status and abort name it, the progress for the cashier's screen, and the outcome.",
    )
    arguments.folder(parser)
    parser.add_argument("--port", action="store_true", help="over mutual TLS (default: over the unix socket)")
    parser.add_argument("--receipts", action="store_true", help="print the receipts too")
    acts = parser.add_subparsers(title="words", required=True, metavar="WORD")

    pay = _act(acts, "pay", _pay, "a payment: AMOUNT")
    _amount(pay)
    pay.add_argument("--cash", action="store_true")
    pay.add_argument("--reference", metavar="TEXT", help="the till's name of the sale (default: a new one)")
    pay.add_argument("--confirm", type=arguments.whole(5, 600), default=0, metavar="S", help="seconds to confirm it")
    pay.add_argument("--partial", action="store_true", help="a smaller amount may be approved")
    pay.add_argument("--paid", type=_cents, metavar="AMOUNT", help="a part of a sale: what is paid of it so far")
    pay.add_argument(
        "--due", type=_cents, default=0, metavar="AMOUNT", help="with --paid: what the whole sale comes to"
    )
    pay.add_argument("--member", metavar="NUMBER", help="the customer chose to give their member number")
    pay.add_argument("--order", metavar="ID", help="the customer chose home delivery")
    _request(pay)

    refund = _act(acts, "refund", _refund, "back to a sale's card, which is presented again, or in cash: AMOUNT [SALE]")
    _amount(refund)
    refund.add_argument("sale", metavar="SALE", nargs="?", default="", help="the key of the sale")
    refund.add_argument("--cash", action="store_true")
    _request(refund)

    back = _act(acts, "give-back", _give_back, "without the card: SALE [AMOUNT]")
    back.add_argument("sale", metavar="SALE")
    back.add_argument("cents", metavar="AMOUNT", nargs="?", type=_cents, default=0, help="default: all of it")
    back.add_argument("--void", action="store_true", help="a void or nothing")
    _request(back)

    for word, run, what in (
        ("confirm", lambda till, chosen: _print(till.confirm(chosen.key), chosen), "take a payment for good: KEY"),
        ("cancel", lambda till, chosen: _print(till.cancel(chosen.key), chosen), "give a payment up: KEY"),
        ("kept", _kept, "what is kept of a sale, and of whom: KEY"),
    ):
        _act(acts, word, run, what).add_argument("key", metavar="KEY")
    for word, run, what in (
        ("status", lambda till, chosen: _print(till.status(chosen.id), chosen), "what became of a request: ID"),
        ("abort", _abort, "withdraw a payment that waits for its card: ID"),
    ):
        _act(acts, word, run, what).add_argument("id", metavar="ID", type=_request_id)
    _act(acts, "cancel-basket", _cancel_basket, "take back a sale in parts: REFERENCE").add_argument("reference")
    _act(acts, "health", _health, "processor, journal and readers")
    native_people.add_to(lambda word, run, what: _act(acts, word, run, what))


def run(chosen: argparse.Namespace) -> int:
    import grpc  # noqa: PLC0415 - the other commands are quicker without

    from hw_sim.native_till import NativeTill  # noqa: PLC0415 - as above

    try:
        store = json.loads((chosen.folder / "store.json").read_text())
    except FileNotFoundError:
        return complain(REFUSED, f"{chosen.folder}: no store is running there")
    if "native_socket" not in store:
        return complain(REFUSED, f"{chosen.folder}: that store was not started with --native")
    with NativeTill.office(store) if chosen.office else NativeTill.of(store, over_tls=chosen.port) as till:
        try:
            return int(chosen.act(till, chosen))
        except grpc.RpcError as error:
            return complain(FAILED, f"{_status(error)}: this tells nothing about money; ask for the state")


# ---- the words ----


def _pay(till: "NativeTill", chosen: argparse.Namespace) -> int:
    outcome = till.pay(
        chosen.cents,
        cash=chosen.cash,
        request_id=_named(chosen),
        reference=chosen.reference,
        confirm_within_s=chosen.confirm,
        partial_ok=chosen.partial,
        split=None if chosen.paid is None else (chosen.paid, chosen.due),
        member=chosen.member,
        delivery=chosen.order,
        watch=_watch,
    )
    return _print(outcome, chosen)


def _refund(till: "NativeTill", chosen: argparse.Namespace) -> int:
    request_id = _named(chosen)
    return _print(till.refund(chosen.cents, chosen.sale, cash=chosen.cash, request_id=request_id, watch=_watch), chosen)


def _give_back(till: "NativeTill", chosen: argparse.Namespace) -> int:
    request_id = _named(chosen)
    return _print(till.give_back(chosen.sale, chosen.cents, void_only=chosen.void, request_id=request_id), chosen)


def _abort(till: "NativeTill", chosen: argparse.Namespace) -> int:
    withdrawn = till.abort(chosen.id)
    print("withdrawn" if withdrawn else "nothing to withdraw; that request is closed")
    return DONE if withdrawn else FAILED


def _cancel_basket(till: "NativeTill", chosen: argparse.Namespace) -> int:
    from pos_bridge.protocol import till_v1_pb2 as pb  # noqa: PLC0415 - as above

    answer = till.cancel_basket(chosen.reference)
    print(answer, end="")
    return DONE if answer.result == pb.RESULT_GIVEN_BACK else FAILED


def _health(till: "NativeTill", _: argparse.Namespace) -> int:
    health = till.health()
    print(f"processor: {_word(health.processor_reachable)}, journal: {_word(health.journal_writable)}")
    for reader in health.readers:
        print(f"reader {reader.name}: {_word(reader.there)}")
    return DONE


def _kept(till: "NativeTill", chosen: argparse.Namespace) -> int:
    receipt = till.what_is_kept(chosen.key)
    print("\n".join((*receipt.lines_fr, "", *receipt.lines_en)))
    return DONE if receipt.found else FAILED


# ---- what is printed ----


def _watch(progress: "pb.Progress") -> None:
    print(f"... {progress.text}", flush=True)


def _print(outcome: "pb.Outcome", chosen: argparse.Namespace) -> int:
    """The outcome as protobuf writes it, without its receipts unless they are wanted."""
    from pos_bridge.protocol import till_v1_pb2 as pb  # noqa: PLC0415 - as above

    receipts = list(outcome.receipts)
    outcome.ClearField("receipts")
    print(outcome, end="", flush=True)
    for receipt in receipts if chosen.receipts else ():
        print("-" * 42, *receipt.lines, sep="\n")
    return DONE if outcome.result in {pb.RESULT_APPROVED, pb.RESULT_GIVEN_BACK} else FAILED


def _named(chosen: argparse.Namespace) -> bytes:
    from hw_sim.native_till import new_request_id  # noqa: PLC0415 - as above

    request_id: bytes = chosen.request or new_request_id()
    print(f"request {request_id.hex()}", flush=True)
    return request_id


def _status(error: Any) -> str:  # noqa: ANN401 - a gRPC error is its call too, which its types do not say
    return f"{error.code().name} {error.details()}"


def _word(good: bool) -> str:  # noqa: FBT001 - its one use
    return "ok" if good else "away"


# ---- what is typed ----


def _act(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]",
    word: str,
    act: Callable[["NativeTill", argparse.Namespace], int],
    what: str,
) -> argparse.ArgumentParser:
    parser = acts.add_parser(word, help=what)
    parser.set_defaults(run=run, act=act, office=False)
    return parser


def _amount(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cents", metavar="AMOUNT", type=_cents, help="dollars and cents, 10.00")


def _request(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--request", type=_request_id, metavar="ID", help="ask again under this id (32 hex digits)")


def _cents(text: str) -> int:
    try:
        cents = Decimal(text) * 100
    except InvalidOperation:
        cents = Decimal(-1)
    if cents != cents.to_integral_value() or not 0 <= cents <= _MOST_CENTS:
        raise argparse.ArgumentTypeError("an amount is wanted, as 10.00")
    return int(cents)


def _request_id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise argparse.ArgumentTypeError("an id of 32 hex digits is wanted") from None
