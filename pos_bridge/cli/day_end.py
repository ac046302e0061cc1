"""`pos-bridge day-end`: the running period's totals, what is not settled, and where the processor disagrees.

Reads the journal's files and asks the processor itself, beside a running engine. Changes nothing, and ends no period:
that is the till's, by a nexo Reconciliation.
"""

import argparse
import asyncio
import json
import sys
from typing import NoReturn

from pos_bridge.checkout import day_end
from pos_bridge.cli import day_end_view as view
from pos_bridge.cli.day_end_words import say as say_of_days
from pos_bridge.cli.journal_words import say
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.clock import now
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.domain.authorisation import Holding
from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError
from pos_bridge.domain.leg import State
from pos_bridge.journal.beside_engine import UNREADABLE, JournalBesideEngine
from pos_bridge.log.log import Event
from pos_bridge.words import Words

OK, FAILED, UNUSABLE = 0, 1, 2
_WHAT = Words(
    """\
Dit d'abord si le processeur refuse ce journal. Montre les totaux depuis la dernière fermeture, par moyen et par
opération, ce qui n'est pas réglé, les ventes payées en partie, et chaque différence entre ce journal et le processeur,
par la clé du mouvement, avec ce qu'il faut faire. Interroge le processeur elle-même, avec le certificat de la caisse,
aussi pendant que pos-bridge tourne, et ne change rien. Les journées fermées sans le processeur, ou sans son accord,
sont comparées de nouveau. Avec --day N, montre la journée fermée N, et compare celle-là.

Finit par 0 quand les livres concordent et que rien ne reste à faire, 1 quand il y a quelque chose à voir ou que le
processeur n'a pas pu être interrogé, 2 quand le journal ou les clés de la caisse ne peuvent pas être lus. Ne ferme pas
la journée : la caisse le fait, par une Reconciliation nexo.
""",
    """\
Says first if the processor refuses this journal. Shows the totals since the last day end by tender and kind, what is
not settled, sales that are paid in part, and each difference between this journal and the processor, by the movement's
key, with what to do about it. It asks the processor itself, with the till's certificate, also while pos-bridge runs,
and changes nothing. Days that were closed while the processor was away, or did not agree, are compared again. With
--day N it shows the closed day N, and compares that one.

Ends with 0 when the books agree and nothing is left to do, 1 when something is to be looked at or the processor could
not be asked, 2 when the journal or the till's keys cannot be read. It does not end the day: the till does, by a nexo
Reconciliation.
""",
)


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "day-end",
        help=both("les totaux du jour, comparés au processeur", "the day's totals, compared with the processor"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=described(_WHAT),
    )
    parser.add_argument(
        "--day",
        type=int,
        metavar="N",
        help=both("une journée fermée, par son POIReconciliationID", "a closed day, by its POIReconciliationID"),
    )
    parser.add_argument("--json", action="store_true", help=both("JSON, montants en cents", "amounts in cents"))
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config, `args.journal` the journal's folder. See the description for the exit codes."""
    if not args.journal.is_dir():
        return _fail(say("no_journal", args.lang, folder=args.journal))
    try:
        day = asyncio.run(_look(args.loaded, args.day))
    except ConfigError as error:
        return _fail(f"pos-bridge: {args.config}: {error.to(args.lang)}")
    except UNREADABLE:
        return _fail(say("unreadable", args.lang))
    if day is None:
        return _fail(say_of_days("no_such_day", args.lang, number=args.day))
    print(json.dumps(view.as_json(day), indent=2) if args.json else "\n".join(view.told(day, args.lang)))
    return OK if day.agrees else FAILED


async def _look(config: Config, number: int | None) -> view.Day | None:
    from pos_bridge.config import credentials  # noqa: PLC0415 - gRPC and TLS are loaded by the commands that need them
    from pos_bridge.processor.channel import Credentials  # noqa: PLC0415 - as above
    from pos_bridge.processor.client import ProcessorClient, ProcessorSettings  # noqa: PLC0415 - as above

    loaded = credentials.load(config)
    books = JournalBesideEngine(config.journal, now)
    settings = ProcessorSettings(
        config.processor.address,
        config.processor.server_name,
        Credentials(loaded.ca, loaded.certificate, loaded.key),
        config.processor.answer_timeout_s,
    )
    ledger = ProcessorClient(settings, _Looker(books), _Silent())
    try:
        day = await (_running(books, ledger) if number is None else _closed(books, ledger, number))
        if day is not None:
            await _find_out(day, books, ledger)
        return day
    finally:
        await ledger.close()


async def _running(books: JournalBesideEngine, ledger: day_end.Ledger) -> view.Day:
    compared = await day_end.compare(books, ledger)
    return view.Day(
        await books.period(),
        await books.open_baskets(),
        compared.differences,
        refused=books.is_refused(),
        again={number: not found for number, found in compared.closed.items()},
    )


async def _closed(books: JournalBesideEngine, ledger: day_end.Ledger, number: int) -> view.Day | None:
    period = await books.closed_day(number)
    if period is None:
        return None
    differences = await day_end.compare_closed(books, ledger, number)
    now = await day_end.as_they_are_now(books, period.legs)
    return view.Day(period, (), differences, refused=books.is_refused(), now=now)


async def _find_out(day: view.Day, books: JournalBesideEngine, ledger: day_end.Ledger) -> None:
    for leg in day.unsettled:
        if leg.state is State.UNRESOLVED and leg.key is not None:  # what a person decides about
            known = await books.find_leg(leg.key)
            held = None if day.differences is None else await ledger.look_up(leg.key)
            day.found_out[leg.key] = (
                None if known is None else known.cause,
                held if isinstance(held, Holding) else None,
            )


class _Looker:
    """The journal to a client that only looks: it opens no session, for that would put the engine's out of force."""

    def __init__(self, books: JournalBesideEngine) -> None:
        self._books = books

    def head(self) -> NoReturn:
        raise JournalUnwritableError

    async def holds(self, sequence: int, row_hash: bytes) -> NoReturn:  # noqa: ARG002 - never asked
        raise JournalUnwritableError

    def ledger_epoch(self) -> bytes | None:
        return self._books.ledger_epoch()

    async def change_ledger_epoch(self, digest: bytes) -> NoReturn:  # noqa: ARG002 - the engine learns it, and nobody else
        raise JournalUnwritableError

    async def note_refused_head(self, head: JournalHead) -> NoReturn:  # noqa: ARG002 - never asked
        raise JournalUnwritableError

    def is_refused(self) -> bool:
        return False  # it moves no money anyway


class _Silent:
    def emit(self, event: Event) -> None:
        """A processor that does not answer is told on the last line."""


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return UNUSABLE
