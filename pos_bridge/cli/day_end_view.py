"""A day end as a person or a program reads it: totals, and each thing that is to be looked at, by its key."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pos_bridge.cli.day_end_words import DO_DIFFERENT, STANDINGS, say
from pos_bridge.cli.journal_advice import ADVICE, Advice, advice_on_basket, advice_on_leg
from pos_bridge.cli.journal_view import basket_as_json, half_paid
from pos_bridge.cli.journal_words import money
from pos_bridge.cli.journal_words import say as journal_say
from pos_bridge.domain.authorisation import Holding
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import KnownBasket
from pos_bridge.domain.leg import Cause, Kind, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.totals import Difference, Period, PeriodLeg, Total, taken_back, totals, unsettled
from pos_bridge.leg_words import KINDS, TENDERS, outcome

_OF_NO_AMOUNT = frozenset({Standing.NOT_SEEN, Standing.TOMBSTONE})


@dataclass(frozen=True, slots=True)
class Day:
    """All that is shown. `differences` is None where the processor could not be asked.

    `again`: days that ended without the processor's agreement and were compared too, and whether they agree now; what
    differs is among `differences`. `now`: of a day that ended, its legs as they are now.

    `found_out`: of each leg that a person decides about, why, and what the processor says of it. `refused`: the
    processor has seen rows that this journal does not have.
    """

    period: Period
    baskets: tuple[KnownBasket, ...]
    differences: tuple[Difference, ...] | None
    found_out: dict[LegKey, tuple[Cause | None, Holding | None]] = field(default_factory=dict)
    refused: bool = False
    again: dict[int, bool] = field(default_factory=dict)
    now: tuple[PeriodLeg, ...] | None = None

    @property
    def unsettled(self) -> tuple[PeriodLeg, ...]:
        return unsettled((*self.period.legs, *self.period.earlier) if self.now is None else self.now)

    @property
    def to_look_at(self) -> int:
        return len(self.unsettled) + len(self.baskets) + len(self.differences or ()) + self.refused

    @property
    def agrees(self) -> bool:
        return self.differences == () and not self.to_look_at


def told(day: Day, language: str) -> list[str]:
    """Lines of text, in blocks with an empty line between them."""
    blocks = [[journal_say("refused", language)]] if day.refused else []
    blocks.append(_totals(day.period, language))
    if day.unsettled:
        blocks.append([_head("unsettled", language), *_all(_unsettled(day, leg, language) for leg in day.unsettled)])
    if day.baskets:
        advice = dict.fromkeys(advice_on_basket(known.basket.state) for known in day.baskets)
        blocks.append([*half_paid(day.baskets, language), *_all(_do(ADVICE[what].to(language)) for what in advice)])
    if day.differences:
        blocks.append([_head("differences", language), *_all(_differs(found, language) for found in day.differences)])
    if day.again:
        blocks.append([_compared_again(number, language, agrees=agrees) for number, agrees in day.again.items()])
    blocks.append([say("agree", language)] if day.agrees else _not_yet(day, language))
    return _all(block if not place else ["", *block] for place, block in enumerate(blocks))


def _not_yet(day: Day, language: str) -> list[str]:
    lines = [] if day.differences is not None else [say("not_asked", language)]
    return [*lines, say("look_at", language, count=day.to_look_at)] if day.to_look_at else lines


def _compared_again(number: int, language: str, *, agrees: bool) -> str:
    return say("again_agrees" if agrees else "again_differs", language, number=number)


def _head(name: str, language: str) -> str:
    return say(name, language) + (" :" if language == "fr" else ":")


def _totals(period: Period, language: str) -> list[str]:
    if period.ended_ms is not None:
        head = say("closed_day", language, number=period.number)
    else:
        head = say("period", language, number=period.number) if period.number else say("first_period", language)
    moved, back = totals(period.legs), taken_back(period.legs)
    rows = []
    for tender, kind in sorted(
        {*moved, *back}, key=lambda place: (place[0].value, place[1] is not Kind.SALE, place[1].value)
    ):
        words = f"{TENDERS[tender].to(language)}, {KINDS[kind].to(language)}"
        for found, told, sign in (
            (moved, words, ""),
            (back, say("taken_back", language, words=words), "-"),
        ):
            total = found.get((tender, kind))
            if total is not None:
                rows.append((told, str(total.count), sign + money(total.cents, language)))
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = [f"  {a.ljust(widths[0])}  {b.rjust(widths[1])}  {c.rjust(widths[2])}" for a, b, c in rows]
    return [head, *(lines or [f"  {say('nothing', language)}"])]


def _unsettled(day: Day, leg: PeriodLeg, language: str) -> list[str]:
    cause, holding = day.found_out.get(leg.key, (None, None)) if leg.key is not None else (None, None)
    advice = advice_on_leg(leg.state, leg.kind, cause)
    lines = [_leg(leg, language)]
    if holding is not None:
        cents = None if holding.amount is None else holding.amount.cents
        lines += _processor_says(STANDINGS[holding.standing].to(language), cents, language)
    lines += _do(ADVICE[advice].to(language))
    return [*lines, *_do(journal_say("decide_how", language))] if advice in {Advice.OWED, Advice.DECIDE} else lines


def _differs(found: Difference, language: str) -> list[str]:
    lines = [f"  {found.key}" if found.here is None else _leg(found.here, language)]
    if found.there is not None:
        cents = None if found.there in _OF_NO_AMOUNT else found.there_cents
        lines += _processor_says(STANDINGS[found.there].to(language), cents, language)
    return [*lines, *_do(DO_DIFFERENT[found.gap].to(language))]


def _leg(leg: PeriodLeg, language: str) -> str:
    words = say(
        "leg",
        language,
        key=leg.key or say("no_key", language),
        tender=TENDERS[leg.tender].to(language),
        kind=KINDS[leg.kind].to(language),
        amount=money(leg.cents, language),
        state=outcome(leg.state, leg.kind, language),
    )
    return f"  {words}"


def _processor_says(standing: str, cents: int | None, language: str) -> list[str]:
    if cents is None:
        return [f"    {say('processor_says', language, standing=standing)}"]
    amount = money(cents, language)
    return [f"    {say('processor_says_money', language, standing=standing, amount=amount)}"]


def _do(what: str) -> list[str]:
    return [f"    → {what}"]


def _all(blocks: Iterable[list[str]]) -> list[str]:
    return [line for block in blocks for line in block]


def as_json(day: Day) -> dict[str, object]:
    """Amounts in cents; `differences` null where the processor could not be asked."""
    return {
        "period": day.period.number,
        "journal_refused": day.refused,
        "closed": day.period.ended_ms is not None,
        "totals": _totals_json(totals(day.period.legs)),
        "taken_back": _totals_json(taken_back(day.period.legs)),
        "unsettled": [_leg_json(leg) for leg in day.unsettled],
        "half_paid": [basket_as_json(known) for known in day.baskets],
        "differences": None if day.differences is None else [_difference_json(found) for found in day.differences],
        "compared_again": [{"period": number, "agrees": agrees} for number, agrees in day.again.items()],
        "agrees": day.agrees,
    }


def _totals_json(found: dict[tuple[Tender, Kind], Total]) -> list[dict[str, object]]:
    return [
        {"tender": tender.value, "kind": kind.value, "count": total.count, "cents": total.cents}
        for (tender, kind), total in found.items()
    ]


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
