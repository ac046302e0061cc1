"""`pos-bridge statistics`: a finished month's payments by day and part of the day. Never of a card or a person.

Only of a month that is over: of a running one, today's numbers less yesterday's would tell of those between. Reads the
journal's files beside a running engine and changes nothing.
"""

import argparse
import json
import sys
from pathlib import Path

from pos_bridge.cli.journal_words import say as say_of_journals
from pos_bridge.cli.language import add_language, both
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.cli.recorded import UNREADABLE, is_month
from pos_bridge.cli.statistics_words import say
from pos_bridge.clock import now
from pos_bridge.domain import statistics as of_sales
from pos_bridge.domain.leg import Kind
from pos_bridge.domain.statistics import BANDS, Cell, Day, Paid, by_day
from pos_bridge.journal.report import RecordedSale, recorded_sales

OK, FAILED = 0, 1


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "statistics", help=both("les paiements d'un mois, sans personne", "a month, without people")
    )
    parser.add_argument("--month", metavar="YYYY-MM", required=True, help=both("un mois fini", "a month that is over"))
    parser.add_argument("--json", action="store_true", help=both("JSON, montants en dollars", "amounts in dollars"))
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.journal` is the journal's folder. 0; 1 where there is no such month to tell of, or no journal to read."""
    folder: Path = args.journal
    if not folder.is_dir():
        return _fail(say_of_journals("no_journal", args.lang, folder=folder))
    if not is_month(args.month):
        return _fail(say_of_journals("bad_month", args.lang))
    if args.month >= _this_month():
        return _fail(say("not_over", args.lang, month=args.month))
    try:
        days = by_day(_paid(sale) for sale in recorded_sales(folder, args.month) if _is_told(sale, args.month))
    except UNREADABLE:
        return _fail(say_of_journals("unreadable", args.lang))
    if args.json:
        told = {"month": args.month, "smallest": of_sales.SMALLEST, "days": list(map(_as_json, days))}
        print(json.dumps(told, indent=2))
    else:
        print("\n".join(_told(args.month, days, args.lang)))
    return OK


def _this_month() -> str:
    return f"{now():%Y-%m}"


def _is_told(sale: RecordedSale, month: str) -> bool:
    """A payment of that month: its file may still be in use (journal/history.py), in one that runs."""
    return sale.kind is Kind.SALE and sale.money_moved and f"{sale.day:%Y-%m}" == month


def _paid(sale: RecordedSale) -> Paid:
    return Paid(sale.day, sale.hour, sale.approved or sale.due or sale.cents)


def _as_json(day: Day) -> dict[str, object]:
    cells = (
        {"from": begin, "to": end, "payments": cell and cell.payments, "dollars": cell and cell.dollars}
        for (begin, end), cell in zip(BANDS, day.cells, strict=True)
    )
    return {"day": day.day.isoformat(), "parts": list(cells)}


def _told(month: str, days: tuple[Day, ...], language: str) -> list[str]:
    if not days:
        return [say("nothing", language, month=month)]
    hours = (say("hours", language, begin=begin, end=end) for begin, end in BANDS)
    rows = [[say("day", language), *hours, say("told", language)]]
    rows += [[day.day.isoformat(), *(_cell(cell, language) for cell in (*day.cells, day.told))] for day in days]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows]
    return [say("title", language, month=month), "", *table, "", say("legend", language, smallest=of_sales.SMALLEST)]


def _cell(cell: Cell | None, language: str) -> str:
    if cell is None:
        return say("not_told", language)
    return say("cell", language, payments=cell.payments, dollars=cell.dollars)


def _fail(text: str) -> int:
    print(text, file=sys.stderr)
    return FAILED
