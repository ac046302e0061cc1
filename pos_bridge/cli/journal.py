"""`pos-bridge journal`: the recorded sales, as a table or JSON; `--verify` checks the files. Changes nothing."""

import argparse
import json
import re
import sqlite3
import sys
from pathlib import Path

from pos_bridge.cli.journal_words import CAUSES, LANGUAGES, STATES, TENDERS, money, say
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.journal.errors import JournalCorruptError
from pos_bridge.journal.report import RecordedSale, recorded_sales
from pos_bridge.journal.verify import verify

OK, FAILED = 0, 1
_COLUMNS = ("day", "hour", "tender", "amount", "due", "outcome", "key")
_RIGHT = frozenset({"hour", "amount", "due"})


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("journal", help="les ventes enregistrées / the recorded sales")
    parser.add_argument("--json", action="store_true", help="JSON, montants en cents / amounts in cents")
    parser.add_argument("--month", metavar="YYYY-MM", help="un seul mois / one month only")
    parser.add_argument("--unresolved", action="store_true", help="ce qui reste à régler / what is not resolved")
    parser.add_argument("--verify", action="store_true", help="vérifier les fichiers / check the files")
    parser.add_argument("--lang", choices=LANGUAGES, default="fr")
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.journal` is the journal's folder. 0; 1 where it is damaged, absent or unreadable, or for a bad month."""
    folder: Path = args.journal
    if not folder.is_dir():
        return _fail("no_journal", args.lang, folder=folder)
    if args.month is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", args.month):
        return _fail("bad_month", args.lang)
    if args.verify:
        return _verify(folder, args.lang, as_json=args.json)
    try:
        sales = recorded_sales(folder, args.month)
    except (sqlite3.Error, ValueError, OverflowError, OSError):
        return _fail("unreadable", args.lang)
    if args.unresolved:
        sales = [sale for sale in sales if sale.unresolved]
    if args.json:
        print(json.dumps([as_json(sale) for sale in sales], indent=2))
    elif sales:
        _print_table([_cells(sale, args.lang) for sale in sales], args.lang)
    else:
        print(say("nothing_unresolved" if args.unresolved else "no_sales", args.lang))
    return OK


def as_json(sale: RecordedSale) -> dict[str, object]:
    """Amounts in cents; `day` and `hour` local; null where there is nothing."""
    return {
        "key": None if sale.key is None else str(sale.key),
        "day": sale.day.isoformat(),
        "hour": sale.hour,
        "till": sale.till,
        "kind": "sale",
        "tender": sale.tender.value,
        "amount": sale.cents,
        "due": sale.due,
        "approved": sale.approved,
        "outcome": sale.state.value,
        "cause": None if sale.cause is None else sale.cause.value,
        "told": sale.told,
        "unresolved": sale.unresolved,
        "rows": list(sale.steps),
    }


def outcome(sale: RecordedSale, language: str) -> str:
    said = STATES[sale.state].to(language)
    if sale.approved is not None and sale.approved != sale.cents:
        said += f" ({money(sale.approved, language)})"
    return said


def _cells(sale: RecordedSale, language: str) -> dict[str, str]:
    why = "" if sale.cause is None else f" : {CAUSES[sale.cause].to(language)}"
    untold = say("told_no", language) if sale.unresolved and sale.told is False and sale.cause is None else ""
    return {
        "day": sale.day.isoformat(),
        "hour": f"{sale.hour} h",
        "tender": TENDERS[sale.tender].to(language),
        "amount": money(sale.cents, language),
        "due": "" if sale.due is None else money(sale.due, language),
        "outcome": outcome(sale, language) + (why if language == "fr" else why.replace(" : ", ": ")) + untold,
        "key": "" if sale.key is None else str(sale.key),
    }


def _print_table(rows: list[dict[str, str]], language: str) -> None:
    head = {name: say(name, language) for name in _COLUMNS}
    widths = {name: max(len(row[name]) for row in (head, *rows)) for name in _COLUMNS}
    for row in (head, *rows):
        cells = (row[n].rjust(widths[n]) if n in _RIGHT else row[n].ljust(widths[n]) for n in _COLUMNS)
        print("  ".join(cells).rstrip())


def _verify(folder: Path, language: str, *, as_json: bool) -> int:
    reports = verify(folder)
    damaged = [report for report in reports if isinstance(report, JournalCorruptError)]
    if as_json:
        print(
            json.dumps(
                [
                    {"file": report.file, "sound": False, "row": report.row}
                    if isinstance(report, JournalCorruptError)
                    else {"file": report.name, "sound": True, "rows": report.rows, "last": report.head.sequence}
                    for report in reports
                ],
                indent=2,
            )
        )
        return FAILED if damaged else OK
    for report in reports:
        if isinstance(report, JournalCorruptError):
            place = say("no_row", language) if report.row is None else say("at_row", language, row=report.row)
            print(say("damaged", language, file=report.file, place=place))
        else:
            print(say("sound", language, file=report.name, rows=report.rows, last=report.head.sequence))
    if damaged:
        print(say("set_it_aside", language))
    return FAILED if damaged else OK


def _fail(name: str, language: str, **values: object) -> int:
    print(say(name, language, **values), file=sys.stderr)
    return FAILED
