"""`pos-bridge conformance`: does a payment processor, or an adapter, keep its duties towards a till? Asks it for each.

Opens sessions and makes sales, with a test card: for a processor's test system, and a till identity of its own.
"""

import argparse
import json
import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from pos_bridge.cli.parsers import Subparsers

if TYPE_CHECKING:
    from pos_bridge.conformance.duty import Result
    from pos_bridge.conformance.setup import Setup

KEPT, BROKEN, USAGE, NOT_ALL_TRIED = 0, 1, 2, 3
_CENTS = range(100, 99_999_999)  # a sale can be refunded in parts, and one cent more can be asked


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "conformance",
        help="check a payment processor or adapter against its duties",
        description="Asks a processor's test system for everything that a till may ever ask of it, and prints which "
        "duties it keeps. Needs a till identity of its own, that no engine uses (docs/conformance.md).",
        epilog="exit status: 0 all kept; 1 some broken; 2 wrong words or files; 3 none broken, not all could be tried",
    )
    who = parser.add_argument_group("where the processor is, and who we are to it")
    who.add_argument("--config", type=Path, metavar="FILE", help="take these from a till's configuration")
    who.add_argument("--address", metavar="HOST:PORT")
    who.add_argument("--server-name", metavar="NAME", help="that the processor's certificate must prove")
    for option, what in (
        ("--ca", "the processor's authority (PEM)"),
        ("--certificate", "this till's certificate (PEM)"),
        ("--key", "its key (PEM, 0600)"),
        ("--signing-key", "the terminal's Ed25519 key (PEM, 0600)"),
        ("--root", "the card room's trust file: checks who signed the sealing keys"),
        ("--second-certificate", "of another till of the same merchant"),
        ("--second-key", "its key (PEM, 0600)"),
    ):
        who.add_argument(option, type=Path, metavar="FILE", help=what)
    pay = parser.add_argument_group("what to pay with (files 0600; - is standard input; test cards only, never echoed)")
    for option, what in (
        ("--card", "track 2 of a card that is approved; default: a published test card"),
        ("--debit-card", "track 2 of a debit card that pays in one message (Interac)"),
        ("--declined-card", "track 2 of a card that is declined"),
        ("--swipe", "one swipe of an encrypting reader, not used before"),
    ):
        pay.add_argument(option, type=Path, metavar="FILE", help=what)
    pay.add_argument("--amount", type=_cents, metavar="CENTS", help="of a sale that is approved; default: 1000")
    pay.add_argument("--declined-amount", type=_cents, metavar="CENTS", help="that is declined")
    pay.add_argument("--partial-amount", type=_cents, metavar="CENTS", help="of which the issuer approves less")
    parser.add_argument("--json", action="store_true", help="the results as JSON")
    return parser


def run(args: argparse.Namespace) -> int:
    """0 all duties kept; 1 some broken; 2 wrong words, settings or files; 3 none broken, and not all were tried."""
    import asyncio  # noqa: PLC0415 - the other commands start without it

    from pos_bridge.cli import conformance_setup  # noqa: PLC0415 - gRPC; and no engine may load what seals cards

    try:
        setup = conformance_setup.of(args)
    except conformance_setup.USAGE_ERRORS as error:
        print(f"pos-bridge: {error}", file=sys.stderr)
        return USAGE
    results = asyncio.run(_examine(setup, quiet=args.json))
    if args.json:
        print(json.dumps([as_json(result) for result in results], indent=2))
    else:
        print(f"\n{_count(results)}")
    return status(results)


def status(results: "list[Result]") -> int:
    from pos_bridge.conformance.duty import Verdict  # noqa: PLC0415 - as in run

    verdicts = {result.verdict for result in results}
    if Verdict.BROKEN in verdicts:
        return BROKEN
    return NOT_ALL_TRIED if Verdict.NOT_TRIED in verdicts else KEPT


def as_json(result: "Result") -> dict[str, str]:
    """`seen` and `advice` are empty where there is nothing to say."""
    duty = result.duty
    return {
        "duty": duty.name,
        "text": duty.text,
        "verdict": result.verdict.value,
        "seen": result.seen,
        "why": duty.why,
        "advice": duty.advice if result.verdict.value == "broken" else "",
    }


def as_text(result: "Result") -> str:
    """A line for a duty that is kept; what was seen, why it matters and what to do for one that is broken."""
    duty, verdict = result.duty, result.verdict.value
    head = f"{verdict.upper() if verdict == 'broken' else verdict:9}  {duty.name:26}  {duty.text}"
    match verdict:
        case "broken":
            parts = (("seen", result.seen), ("why", duty.why), ("do", duty.advice))
            return "\n".join([head, *(f"{'':13}{word:4}  {text}" for word, text in parts)])
        case "not tried":
            return f"{head}\n{'':13}{result.seen}"
        case _:
            return head


async def _examine(setup: "Setup", *, quiet: bool) -> "list[Result]":
    from pos_bridge.conformance.run import examine  # noqa: PLC0415 - as in run

    results = []
    async with aclosing(examine(setup)) as told:
        async for result in told:
            results.append(result)
            if not quiet:
                print(as_text(result), flush=True)
    return results


def _count(results: "list[Result]") -> str:
    from pos_bridge.conformance.duty import Verdict  # noqa: PLC0415 - as in run

    verdicts = [result.verdict for result in results]
    return ", ".join(f"{verdicts.count(verdict)} {verdict.value}" for verdict in Verdict) + "."


def _cents(text: str) -> int:
    cents = int(text)
    if cents not in _CENTS:
        raise argparse.ArgumentTypeError(f"from {_CENTS[0]} to {_CENTS[-1]} cents")
    return cents
