"""The recorded movements as a person or a program reads them: a table with what to do about it, or JSON."""

from collections.abc import Iterable, Sequence

from pos_bridge.cli.journal_advice import ADVICE, Advice, advice_on, advice_on_basket
from pos_bridge.cli.journal_words import money, say
from pos_bridge.domain.ledger import KnownBasket
from pos_bridge.domain.leg import State
from pos_bridge.journal.report import RecordedSale
from pos_bridge.leg_words import BASKETS, CAUSES, KINDS, TENDERS
from pos_bridge.leg_words import outcome as state_said

_COLUMNS = ("day", "hour", "kind", "tender", "amount", "due", "outcome", "key")
_RIGHT = frozenset({"hour", "amount", "due"})
_DECIDED = frozenset({Advice.OWED, Advice.DECIDE})


def as_json(sale: RecordedSale) -> dict[str, object]:
    """Amounts in cents; `day` and `hour` local; null where there is nothing. `sale`: what a refund is of."""
    return {
        "key": None if sale.key is None else str(sale.key),
        "day": sale.day.isoformat(),
        "hour": sale.hour,
        "till": sale.till,
        "kind": sale.kind.value,
        "tender": sale.tender.value,
        "amount": sale.cents,
        "due": sale.due,
        "approved": sale.approved,
        "outcome": sale.state.value,
        "cause": None if sale.cause is None else sale.cause.value,
        "told": sale.told,
        "sale": None if sale.sale is None else str(sale.sale),
        "unresolved": sale.unresolved,
        "rows": list(sale.steps),
    }


def basket_as_json(known: KnownBasket) -> dict[str, object]:
    """Amounts in cents; `legs` as in `as_json`, by their keys."""
    basket = known.basket
    return {
        "state": basket.state.value,
        "due": basket.due.cents,
        "paid": basket.paid,
        "outside": basket.outside,
        "remaining": basket.remaining,
        "legs": [
            {"key": str(key), "kind": leg.kind.value, "outcome": leg.state.value, "amount": leg.counts}
            for key, leg in zip(known.legs, basket.legs, strict=True)
        ],
    }


def outcome(sale: RecordedSale, language: str) -> str:
    said = state_said(sale.state, sale.kind, language)
    if sale.approved is not None and sale.approved != sale.cents:
        said += f" ({money(sale.approved, language)})"
    return said


def table(sales: Sequence[RecordedSale], language: str) -> list[str]:
    head = {name: say(name, language) for name in _COLUMNS}
    rows = [head, *(_cells(sale, language) for sale in sales)]
    widths = {name: max(len(row[name]) for row in rows) for name in _COLUMNS}
    lines = []
    for row in rows:
        cells = (row[n].rjust(widths[n]) if n in _RIGHT else row[n].ljust(widths[n]) for n in _COLUMNS)
        lines.append("  ".join(cells).rstrip())
    return lines


def half_paid(baskets: Sequence[KnownBasket], language: str) -> list[str]:
    lines = [say("half_paid", language, count=len(baskets))]
    for known in baskets:
        basket = known.basket
        sums = {
            "due": basket.due.cents, "paid": basket.paid, "outside": basket.outside, "remaining": basket.remaining,
        }  # fmt: skip
        told = {name: money(cents, language) for name, cents in sums.items()}
        lines.append("  " + say("basket", language, state=BASKETS[basket.state].to(language), **told))
        for key, leg in zip(known.legs, basket.legs, strict=True):
            kind, stands = KINDS[leg.kind].to(language), state_said(leg.state, leg.kind, language)
            lines.append(f"    {kind}  {money(leg.counts, language)}  {stands}  {key}")
    return lines


def what_to_do(sales: Iterable[RecordedSale], baskets: Iterable[KnownBasket], language: str) -> list[str]:
    """Each situation once, with its sentence."""
    colon = " :" if language == "fr" else ":"
    found: dict[Advice, dict[str, None]] = {}
    for sale in sales:
        named = outcome(sale, language)
        if sale.state is State.UNRESOLVED and sale.cause is not None:
            named += f" ({CAUSES[sale.cause].to(language)})"
        found.setdefault(advice_on(sale), {})[named] = None
    for known in baskets:
        state = known.basket.state
        found.setdefault(advice_on_basket(state), {})[BASKETS[state].to(language)] = None
    lines = [say("what_to_do", language) + colon]
    told = [advice for advice in Advice if advice in found]
    lines += [f"  {', '.join(found[advice])}{colon} {ADVICE[advice].to(language)}" for advice in told]
    if not _DECIDED.isdisjoint(found):
        lines.append(f"  {say('decide_how', language)}")
    return lines


def _cells(sale: RecordedSale, language: str) -> dict[str, str]:
    why = "" if sale.cause is None else f" : {CAUSES[sale.cause].to(language)}"
    untold = say("told_no", language) if sale.money_moved and sale.told is False else ""
    return {
        "day": sale.day.isoformat(),
        "hour": f"{sale.hour} h",
        "kind": KINDS[sale.kind].to(language),
        "tender": TENDERS[sale.tender].to(language),
        "amount": money(sale.cents, language),
        "due": "" if sale.due is None else money(sale.due, language),
        "outcome": outcome(sale, language) + (why if language == "fr" else why.replace(" : ", ": ")) + untold,
        "key": "" if sale.key is None else str(sale.key),
    }
