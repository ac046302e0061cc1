"""`pos-bridge day-end`: the running period's totals, what is not settled, and where the processor disagrees.

Reads the journal's files and asks the processor itself, beside a running engine. Changes nothing, and ends no period:
that is the till's, by a nexo Reconciliation.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from pos_bridge.checkout import day_end
from pos_bridge.cli.day_end_words import DO_DIFFERENT, DO_UNSETTLED, KINDS, STANDINGS, say
from pos_bridge.cli.journal_words import LANGUAGES, STATES, TENDERS, money
from pos_bridge.cli.journal_words import say as journal_say
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.config import Config, ConfigError
from pos_bridge.domain.authorisation import Holding
from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError, KnownBasket
from pos_bridge.domain.leg import State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Difference, Period, PeriodLeg, Reckoning, totals, unsettled
from pos_bridge.journal.beside_engine import UNREADABLE, JournalBesideEngine
from pos_bridge.log import Event

OK, FAILED, UNUSABLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class _Day:
    """All that is shown. `standings`: what the processor says of the legs that a person decides about."""

    period: Period
    baskets: tuple[KnownBasket, ...]
    differences: tuple[Difference, ...] | None
    standings: dict[LegKey, Holding]

    @property
    def unsettled(self) -> tuple[PeriodLeg, ...]:
        return unsettled((*self.period.legs, *self.period.earlier))

    @property
    def to_look_at(self) -> int:
        return len(self.unsettled) + len(self.baskets) + len(self.differences or ())


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "day-end",
        help="les totaux du jour, comparés au processeur / the day's totals, compared with the processor",
        description="Shows the totals since the last day end, what is not settled, and each difference with the "
        "processor. 0: the books agree; 1: something is to be looked at; 2: it cannot be told. Ends no period: the "
        "till does, by a nexo Reconciliation.",
    )
    parser.add_argument("--json", action="store_true", help="JSON, montants en cents / amounts in cents")
    parser.add_argument("--lang", choices=LANGUAGES, default="fr")
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config, `args.journal` the journal's folder.

    0 where the books agree and nothing is left to do; 1 where not, or where the processor could not be asked; 2 where
    the journal or the till's keys cannot be read.
    """
    if not args.journal.is_dir():
        return _fail(journal_say("no_journal", args.lang, folder=args.journal))
    try:
        day = asyncio.run(_look(args.loaded))
    except ConfigError as error:
        return _fail(say("cannot_read_keys", args.lang, why=error))
    except UNREADABLE:
        return _fail(journal_say("unreadable", args.lang))
    if args.json:
        print(json.dumps(_as_json(day), indent=2))
    else:
        print("\n".join(_told(day, args.lang)))
    return OK if day.differences == () and not day.to_look_at else FAILED


# ---- looking ----


async def _look(config: Config) -> _Day:
    from pos_bridge import credentials  # noqa: PLC0415 - gRPC and TLS are loaded by the commands that need them
    from pos_bridge.processor.channel import Credentials  # noqa: PLC0415 - as above
    from pos_bridge.processor.client import ProcessorClient, ProcessorSettings  # noqa: PLC0415 - as above

    loaded = credentials.load(config)
    books = JournalBesideEngine(config.journal, lambda: datetime.now().astimezone())
    settings = ProcessorSettings(
        config.processor.address,
        config.processor.server_name,
        Credentials(loaded.ca, loaded.certificate, loaded.key),
        config.processor.answer_timeout_s,
    )
    ledger = ProcessorClient(settings, _Looker(books), _Silent())
    try:
        differences = await day_end.compare(books, ledger)
        period = await books.period()
        day = _Day(period, await books.open_baskets(), differences, {})
        for leg in day.unsettled if differences is not None else ():
            if leg.state is State.UNRESOLVED and leg.key is not None:
                holding = await ledger.look_up(leg.key)
                if isinstance(holding, Holding):
                    day.standings[leg.key] = holding
        return day
    finally:
        await ledger.close()


class _Looker:
    """The journal's chain to a client that only looks: no session is opened, for that would end the engine's."""

    def __init__(self, books: JournalBesideEngine) -> None:
        self._books = books

    def head(self) -> NoReturn:
        raise JournalUnwritableError

    async def holds(self, sequence: int, row_hash: bytes) -> bool | None:  # noqa: ARG002 - never asked
        raise JournalUnwritableError

    def ledger_epoch(self) -> bytes | None:
        return self._books.ledger_epoch()

    async def change_ledger_epoch(self, digest: bytes) -> None:  # noqa: ARG002 - the engine's to learn
        raise JournalUnwritableError

    async def note_refused_head(self, head: JournalHead) -> None:  # noqa: ARG002 - never asked
        raise JournalUnwritableError


class _Silent:
    def emit(self, event: Event) -> None:
        """A processor that does not answer is told on the last line."""


# ---- telling ----


def _told(day: _Day, language: str) -> list[str]:
    number = day.period.number
    lines = [say("period", language, number=number) if number else say("first_period", language)]
    lines += _totals(day, language)
    if day.unsettled:
        lines += ["", _head("unsettled", language)]
        for leg in day.unsettled:
            lines += _about(leg, day.standings.get(leg.key) if leg.key is not None else None, language)
    if day.baskets:
        lines += ["", _head("half_paid", language)]
        for known in day.baskets:
            lines += _about_basket(known, language)
    if day.differences:
        lines += ["", _head("differences", language)]
        for difference in day.differences:
            lines += _about_difference(difference, language)
    lines.append("")
    if day.differences is None:
        lines.append(say("not_asked", language))
    lines.append(say("look_at", language, count=day.to_look_at) if day.to_look_at else "")
    if day.differences == () and not day.to_look_at:
        lines.append(say("agree", language))
    return [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]


def _head(name: str, language: str) -> str:
    return say(name, language) + (" :" if language == "fr" else ":")


def _totals(day: _Day, language: str) -> list[str]:
    found = totals(day.period.legs)
    if not found:
        return ["", say("nothing", language)]
    rows = []
    for tender, kind in sorted(found, key=lambda place: (place[0].value, place[1].value != "sale", place[1].value)):
        total = found[tender, kind]
        words = f"{TENDERS[tender].to(language)}, {KINDS[kind].to(language)}"
        rows.append((words, str(total.count), money(total.cents, language)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return ["", *(f"{a.ljust(widths[0])}  {b.rjust(widths[1])}  {c.rjust(widths[2])}" for a, b, c in rows)]


def _about(leg: PeriodLeg, holding: Holding | None, language: str) -> list[str]:
    lines = [_leg(leg, language)]
    if holding is not None:
        lines.append(say("do", language, what=_says(holding, language)))
    if leg.state in DO_UNSETTLED:
        what = DO_UNSETTLED[leg.state].to(language).format(key=leg.key or say("no_key", language))
        lines.append(say("do", language, what=what))
    return lines


def _leg(leg: PeriodLeg, language: str) -> str:
    return say(
        "leg",
        language,
        key=leg.key or say("no_key", language),
        tender=TENDERS[leg.tender].to(language),
        kind=KINDS[leg.kind].to(language),
        amount=money(leg.cents, language),
        state=STATES[leg.state].to(language),
    )


def _says(holding: Holding, language: str) -> str:
    standing = STANDINGS[holding.standing].to(language)
    if holding.amount is None:
        return say("processor_says", language, standing=standing)
    return say("processor_says_money", language, standing=standing, amount=money(holding.amount.cents, language))


def _about_basket(known: KnownBasket, language: str) -> list[str]:
    basket = known.basket
    keys = ", ".join(str(known.legs[place]) for place in basket.standing) or "-"
    amounts = {
        name: money(cents, language)
        for name, cents in (("paid", basket.paid), ("due", basket.due.cents), ("left", basket.remaining))
    }
    if basket.cancelling:
        amounts.pop("left")
        return [
            say("basket_cancelling", language, keys=keys, **amounts),
            say("do", language, what=say("do_basket_cancelling", language)),
        ]
    return [
        say("basket", language, keys=keys, **amounts),
        say("do", language, what=say("do_basket", language)),
    ]


def _about_difference(difference: Difference, language: str) -> list[str]:
    here, there = difference.here, difference.there
    lines = [str(difference.key) if here is None else _leg(here, language)]
    if there is not None:
        standing, cents = STANDINGS[there].to(language), difference.there_cents
        amount = "" if cents is None else money(cents, language)
        lines.append(say("do", language, what=say("processor_says_money", language, standing=standing, amount=amount)))
    return [*lines, say("do", language, what=DO_DIFFERENT[difference.gap].to(language))]


def _as_json(day: _Day) -> dict[str, object]:
    """Amounts in cents; `differences` null where the processor could not be asked."""
    reckoning = Reckoning(
        day.period.number, totals(day.period.legs), len(day.unsettled), len(day.baskets), day.differences
    )
    return {
        "period": reckoning.number,
        "totals": [
            {"tender": tender.value, "kind": kind.value, "count": total.count, "cents": total.cents}
            for (tender, kind), total in reckoning.totals.items()
        ],
        "unsettled": [_leg_json(leg) for leg in day.unsettled],
        "half_paid": [
            {
                "due": known.basket.due.cents,
                "paid": known.basket.paid,
                "remaining": known.basket.remaining,
                "cancelling": known.basket.cancelling,
                "keys": [str(known.legs[place]) for place in known.basket.standing],
            }
            for known in day.baskets
        ],
        "differences": None if day.differences is None else [_difference_json(found) for found in day.differences],
    }


def _leg_json(leg: PeriodLeg) -> dict[str, object]:
    return {
        "key": None if leg.key is None else str(leg.key),
        "tender": leg.tender.value,
        "kind": leg.kind.value,
        "outcome": leg.state.value,
        "cents": leg.cents,
    }


def _difference_json(found: Difference) -> dict[str, object]:
    return {
        "key": str(found.key),
        "gap": found.gap.value,
        "here": None if found.here is None else _leg_json(found.here),
        "processor": None if found.there is None else found.there.value,
        "processor_cents": found.there_cents,
    }


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return UNUSABLE
