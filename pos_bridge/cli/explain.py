"""`pos-bridge explain SALE`: what is kept about a sale, what is not, and for how long; computed from what is stored."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from pos_bridge.cli.explain_words import COLUMNS, TABLES
from pos_bridge.cli.journal_view import outcome
from pos_bridge.cli.journal_words import LANGUAGES, WORDS, Said, money, say
from pos_bridge.cli.language import add_language, both
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.cli.recorded import UNREADABLE
from pos_bridge.config.settings import Config
from pos_bridge.domain.identity import VaultUnusableError
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import file, report
from pos_bridge.journal.report import RecordedSale, find_sale
from pos_bridge.journal.stored import stored_fields
from pos_bridge.leg_words import CAUSES, TENDERS
from pos_bridge.pos_api.privacy_receipt import (
    KEPT_OF,
    NO_SUCH_SALE,
    NOT_KEPT,
    NOT_KEPT_OF,
    OTHERS_KEEP,
    Kinds,
    Privacy,
    privacy_lines,
    said_of_you,
)
from pos_bridge.words import Words

OK, FAILED, NO_SUCH = 0, 1, 3
NEWEST = "last"
_PLAIN = str.maketrans("\u00a0", " ")  # no-break spaces are for paper


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("explain", help=both("ce qui est gardé d'une vente", "what is kept about a sale"))
    parser.add_argument("sale", metavar="SALE", help=both("la clé du reçu, ou `last`", "the receipt's key, or `last`"))
    on_paper = both("les lignes qu'une caisse imprime pour le client", "the lines that a till prints for the customer")
    parser.add_argument("--receipt", action="store_true", help=on_paper)
    add_language(parser, Words("une seule langue", "one language only"))
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config, `args.journal` the journal's folder.

    0; 3 when there is no such sale; 1 when journal or vault cannot be read, or holds what nobody accounted for.
    """
    folder: Path = args.journal
    languages = LANGUAGES if args.lang is None else (args.lang,)
    try:
        key = None if args.sale == NEWEST else LegKey.parse(args.sale)
    except ValueError:
        return _fail(NO_SUCH, WORDS["no_key"], languages)
    try:
        sale = find_sale(folder, key)
        fields = {} if sale is None else stored_fields(folder, sale)
    except UNREADABLE:
        return _fail(FAILED, WORDS["unreadable"], languages)
    if sale is None:
        return _fail(NO_SUCH, NO_SUCH_SALE, languages)
    unknown = [f"{table}.{name}" for table, names in fields.items() for name in names if (table, name) not in COLUMNS]
    about = Privacy(sale.key, sale.tender, sale.kind, None, sale.sale)
    about = replace(about, known=_known(args.loaded, about.asked_about))
    if args.receipt:
        certain = replace(about, known=None) if unknown else about
        told = [privacy_lines(certain, language) for language in languages]
    else:
        told = [tuple(_explained(sale, fields, unknown, about, language)) for language in languages]
    print("\n\n".join("\n".join(lines) for lines in told))
    return FAILED if unknown or about.known is None else OK


def _known(config: Config, asked: LegKey | None) -> Kinds | None:
    """What is known of the customer; None: cannot be told. A sale whose link was erased is a sale of nobody."""
    try:
        if asked is None or file.absent(config.vault):
            return frozenset()
        if config.identity is None:  # there is a vault, of a time when there was a key for it
            return None
        vault_key = config.path(config.identity.vault_key).read_bytes()
        return report.known(config.vault, vault_key, asked)
    except (VaultUnusableError, OSError):
        return None


def _explained(
    sale: RecordedSale, fields: dict[str, tuple[str, ...]], unknown: list[str], about: Privacy, language: str
) -> list[str]:
    rounded = sale.tender is Tender.CASH and sale.due not in {None, sale.cents}
    colon = " :" if language == "fr" else ":"
    facts = {"tender": TENDERS[sale.tender].to(language).capitalize(), "amount": money(sale.cents, language)}
    due = money(sale.due or 0, language)
    title = "sale" if sale.kind is Kind.SALE else "refund"
    lines = [
        say(title, language, key=sale.key or say("forgotten_key", language)),
        *([] if sale.sale is None else [say("of_sale", language, key=sale.sale)]),
        say(
            "where_when", language, till=sale.till or "?", day=sale.day.isoformat(), hour=sale.hour, next=sale.hour + 1
        ),
        say("what_cash" if rounded else "what", language, **facts, due=due, outcome=outcome(sale, language)),
    ]
    if sale.cause is not None:
        lines.append(say("why", language, cause=CAUSES[sale.cause].to(language)))
    if sale.state is State.REVERSED and sale.cause is Cause.VOIDED:
        lines.append(say("voided", language))
    if "parts" in fields:
        lines.append(say("in_parts", language))
    lines += ["", KEPT_OF[sale.kind].to(language) + colon]
    for table, said in TABLES.items():
        if table in fields:
            lines.append(f"  {said.to(language)}{colon}")
            lines += [f"    - {phrase.to(language)}" for phrase in _phrases(table, fields[table])]
    if "requests" in fields:
        lines.append(f"  {say('answer_kept', language)}")
    lines += [
        "",
        NOT_KEPT.to(language) + colon,
        f"  {NOT_KEPT_OF[sale.tender].to(language)}",
        *([] if "working" in fields else [f"  {say('not_kept_minute', language)}"]),
        f"  {say('not_kept_ever', language)}",
        "",
        *_about_you(unknown, about, language),
        OTHERS_KEEP[sale.tender].to(language),
    ]
    return lines


def _about_you(unknown: list[str], about: Privacy, language: str) -> list[str]:
    """*Nothing* is said only when it is certain."""
    careful = [say("unaccounted", language, columns=", ".join(unknown))] if unknown else []
    if careful and about.known == frozenset():
        return careful
    said, *more = (words.to(language).translate(_PLAIN) for words in said_of_you(about))
    if about.known is None:
        more = [say("vault_unreadable", language)]
    return [*careful, said, *(f"  {line}" for line in more)]


def _phrases(table: str, names: tuple[str, ...]) -> list[Said]:
    """A phrase a column, each once, in the columns' order."""
    return list(dict.fromkeys(COLUMNS[table, name] for name in names if (table, name) in COLUMNS))


def _fail(status: int, said: Words, languages: tuple[str, ...]) -> int:
    for language in languages:
        print(said.to(language), file=sys.stderr)
    return status
