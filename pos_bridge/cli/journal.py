"""`pos-bridge journal`: what is recorded, as a table or JSON; `--verify` checks the files. Changes nothing."""

import argparse
import json
import sys
from pathlib import Path
from typing import NamedTuple

from pos_bridge.cli import journal_view as view
from pos_bridge.cli.journal_words import say
from pos_bridge.cli.language import add_language, both
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.cli.recorded import UNREADABLE, is_month
from pos_bridge.domain.ledger import KnownBasket
from pos_bridge.journal.errors import JournalCorruptError, JournalNewerError
from pos_bridge.journal.report import RecordedSale, recorded_sales
from pos_bridge.journal.stored import half_paid, is_refused
from pos_bridge.journal.verify import Report, SoundFile, verify

OK, FAILED = 0, 1


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("journal", help=both("les ventes enregistrées", "the recorded sales"))
    parser.add_argument("--json", action="store_true", help=both("JSON, montants en cents", "amounts in cents"))
    parser.add_argument("--month", metavar="YYYY-MM", help=both("un seul mois", "one month only"))
    parser.add_argument("--unresolved", action="store_true", help=both("ce qui reste à régler", "what is not resolved"))
    parser.add_argument("--verify", action="store_true", help=both("vérifier les fichiers", "check the files"))
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.journal` is the journal's folder. 0; 1 where it is damaged, absent or unreadable, or for a bad month.

    Of what is unresolved also 1 where the processor refuses the journal.
    """
    folder: Path = args.journal
    if not folder.is_dir():
        return _fail("no_journal", args.lang, folder=folder)
    if args.month is not None and not is_month(args.month):
        return _fail("bad_month", args.lang)
    if args.verify:
        return _verify(folder, args.lang, as_json=args.json)
    try:
        sales = recorded_sales(folder, args.month)
        left = _Left(
            [sale for sale in sales if sale.unresolved],
            half_paid(folder) if args.unresolved else (),
            refused=args.unresolved and is_refused(folder),
        )
    except UNREADABLE:
        return _fail("unreadable", args.lang)
    if args.unresolved:
        return _unresolved(left, args.lang, as_json=args.json)
    if args.json:
        print(json.dumps([view.as_json(sale) for sale in sales], indent=2))
    elif sales:
        print("\n".join(view.table(sales, args.lang)))
    else:
        print(say("no_sales", args.lang))
    return OK


class _Left(NamedTuple):
    """What a person must know of: movements, sales that are paid in part, and that no card is taken at all."""

    sales: list[RecordedSale]
    baskets: tuple[KnownBasket, ...]
    refused: bool


def _unresolved(left: _Left, language: str, *, as_json: bool) -> int:
    """All of that, and what to do about each. 1 where the processor refuses the journal: the rest may be not all."""
    sales, baskets, refused = left
    status = FAILED if refused else OK
    if as_json:
        legs, parts = map(view.as_json, sales), map(view.basket_as_json, baskets)
        print(json.dumps({"journal_refused": refused, "legs": list(legs), "baskets": list(parts)}, indent=2))
        return status
    if not sales and not baskets and not refused:
        print(say("nothing_unresolved", language))
        return status
    blocks = (
        [say("refused", language)] if refused else [],
        view.table(sales, language) if sales else [],
        view.half_paid(baskets, language) if baskets else [],
        view.what_to_do(sales, baskets, language) if sales or baskets else [],
    )
    print("\n\n".join("\n".join(lines) for lines in blocks if lines))
    return status


def _verify(folder: Path, language: str, *, as_json: bool) -> int:
    reports = verify(folder)
    status = OK if all(isinstance(report, SoundFile) for report in reports) else FAILED
    if as_json:
        print(json.dumps([_verified(report) for report in reports], indent=2))
        return status
    for report in reports:
        print(_said(report, language))
    newer = any(isinstance(report, JournalNewerError) for report in reports)
    if status is FAILED and not newer:  # which is not to be touched by this version
        print(say("set_it_aside", language))
    return status


def _verified(report: Report) -> dict[str, object]:
    match report:
        case SoundFile():
            return {"file": report.name, "sound": True, "rows": report.rows, "last": report.head.sequence}
        case JournalNewerError():
            return {"file": report.file, "sound": False, "row": None, "newer": True}
        case JournalCorruptError():
            return {"file": report.file, "sound": False, "row": report.row}


def _said(report: Report, language: str) -> str:
    match report:
        case SoundFile():
            return say("sound", language, file=report.name, rows=report.rows, last=report.head.sequence)
        case JournalNewerError():
            return say("newer", language, file=report.file)
        case JournalCorruptError():
            place = say("no_row", language) if report.row is None else say("at_row", language, row=report.row)
            return say("damaged", language, file=report.file, place=place)


def _fail(name: str, language: str, **values: object) -> int:
    print(say(name, language, **values), file=sys.stderr)
    return FAILED
