"""`pos-bridge status`: what the running engine says of itself, asked at its administration socket. Changes nothing."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pos_bridge.admin.client import NotAnsweredError, RefusedError, ask
from pos_bridge.admin.lines import Fault
from pos_bridge.admin.told import Hour, Leg, Overview, Processor, Reader, Sale, Unresolved
from pos_bridge.cli.journal_words import money
from pos_bridge.cli.language import add_language, both
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.cli.status_words import say
from pos_bridge.config.settings import Config

OK, NOT_ASKED, NOT_WELL = 0, 1, 3
_REACHED = {True: "reachable", False: "unreachable", None: "not_looked_yet"}


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("status", help=both("comment va le moteur", "how the engine is"))
    parser.add_argument("--json", action="store_true", help=both("en JSON", "as JSON"))
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """0: all is well; 3: something is not; 1: the engine was not asked, or did not answer."""
    config: Config = args.loaded
    if config.admin is None:
        return _fail(say("no_socket", args.lang))
    path = config.path(config.admin.socket)
    try:
        answer = ask(path, "overview")
        told = msgspec.convert(answer, Overview)
    except NotAnsweredError as error:
        return _fail(say("not_answered", args.lang, path=path, reason=error.reason))
    except RefusedError as refused:
        name = "denied" if refused.fault is Fault.DENIED else "failed"
        return _fail(say(name, args.lang, fault=refused.fault.value))
    except msgspec.ValidationError:  # an engine of another version
        return _fail(say("not_answered", args.lang, path=path, reason="version"))
    print(json.dumps(answer, indent=2, ensure_ascii=False) if args.json else "\n".join(_lines(told, args.lang)))
    return OK if told.is_well else NOT_WELL


def _lines(told: Overview, language: str) -> Iterator[str]:
    yield say("title", language, version=told.version, day=told.started_on)
    for title, rows in (
        ("readers", [_named(reader.name, _reader(reader, language), language) for reader in told.readers]),
        ("processor", list(_processor(told.processor, language))),
        ("journal", [say("writable" if told.journal.writable else "unwritable", language)]),
        ("certificates", [_named(each.what, _days(each.days, language), language) for each in told.certificates]),
        ("unresolved", list(_unresolved(told.unresolved, language))),
        ("sales", list(_sales(told.sales, language))),
        ("connections", _connections(told.connections, language)),
    ):
        if rows:
            yield say(title, language)
            yield from (f"  {row}" for row in rows)


def _connections(found: Mapping[str, int] | None, language: str) -> list[str]:
    """What the firewall denied is known where somebody reads its counters."""
    if found is None:
        return []
    told = [say("unexpected", language, count=found["unexpected"])]
    return told if "denied" not in found else [*told, say("kept_out", language, count=found["denied"])]


def _named(what: str, how: str, language: str) -> str:
    return say("named", language, what=what, how=how)


def _reader(reader: Reader, language: str) -> str:
    there = say("there" if reader.there else "not_there", language)
    locks = reader.locks
    return f"{there}, {say('no_locks', language) if locks is None else say('locks', language, count=len(locks))}"


def _processor(processor: Processor, language: str) -> Iterator[str]:
    yield say(_REACHED[processor.reachable], language)
    if processor.session_opened is not None:
        yield say("session", language, **_plain(processor.session_opened))


def _days(days: int, language: str) -> str:
    return say("ended", language) if days < 0 else say("days", language, days=days)


def _unresolved(found: Unresolved | None, language: str) -> Iterator[str]:
    if found is None:
        yield say("unreadable", language)
    elif not found.count:
        yield say("none", language)
    else:
        yield f"{found.count}"
        yield from (say("leg", language, **_plain(leg)) for leg in found.legs)
        yield say("explained", language)


def _sales(sales: tuple[Sale, ...] | None, language: str) -> Iterator[str]:
    if sales is None:
        yield say("unreadable", language)
        return
    for sale in sales:
        yield say("sale", language, amount=money(sale.cents, language), **_plain(sale))


def _plain(value: Hour | Leg | Sale) -> dict[str, Any]:
    """Its fields as the engine told them."""
    return dict(msgspec.to_builtins(value))


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return NOT_ASKED
