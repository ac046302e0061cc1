"""The overview: what is worst first, then each part of the till in a section of its own, the sections too by what is
wrong in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pos_bridge.admin.told import Hour, Leg, Overview, Sale
from pos_bridge.checkup.finding import Finding, Weight
from pos_bridge.dossier.html import Html, element, marked, text
from pos_bridge.leg_words import KINDS, STATES, TENDERS, outcome
from pos_bridge.page.facts import Findings, Silent
from pos_bridge.page.frame import EVERY, Cell, Frame, Link, Row, badge, box, cells, quiet, table
from pos_bridge.page.words import lock, say
from pos_bridge.words import money

_WEIGHTS = tuple(Weight)
_REACHED = {
    True: (Weight.GOOD, "reached"),
    False: (Weight.STOP, "unreached"),
    None: (Weight.UNSEEN, "not_looked_yet"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A section. `name`: its anchor, and of its heading in page/words.py."""

    name: str
    weight: Weight
    inside: tuple[Html, ...]


def overview(frame: Frame, engine: Overview | Silent, findings: Findings) -> Html:
    language = frame.language
    parts = sorted(_parts(engine, findings, language), key=lambda part: -_WEIGHTS.index(part.weight))
    links = [Link(f"#{part.name}", say(part.name, language)) for part in parts]
    links.append(Link(frame.at("findings"), say("all_findings", language)))
    again = (say("reload_off", language), frame.at("")) if frame.refreshing else _reloading(frame)
    return frame.page(
        say("title", language),
        *_how_it_stands(engine, findings, parts[0].weight, language),
        element("p", element("a", text(again[0]), href=again[1]), class_="screen"),
        *(_section(part, language) for part in parts),
        links=links,
    )


def all_findings(frame: Frame, findings: Findings) -> Html:
    language = frame.language
    return frame.page(
        say("all_findings", language),
        *_table_of(findings.found, language),
        _age(findings, language),
        quiet(say("not_all", language)),
        links=[Link(frame.at(""), say("overview", language))],
    )


def _reloading(frame: Frame) -> tuple[str, str]:
    return say("reload", frame.language), f"{frame.at('')}?{EVERY}"


def _how_it_stands(engine: Overview | Silent, findings: Findings, worst: Weight, language: str) -> Iterator[Html]:
    """First of all that there is no engine, then how much is wrong, then what is worst in full."""
    stops, mends = findings.of(Weight.STOP), findings.of(Weight.MEND)
    if isinstance(engine, Silent):
        yield box(Weight.STOP, say(engine.word, language))
    if stops:
        yield box(Weight.STOP, say("to_stop", language, count=len(stops)))
    if mends:
        yield box(Weight.MEND, say("to_mend", language, count=len(mends)))
    if worst not in {Weight.STOP, Weight.MEND} and findings.age_s is not None and isinstance(engine, Overview):
        part = worst is Weight.UNSEEN
        yield box(worst if part else Weight.GOOD, say("seen_well" if part else "all_well", language))
    if isinstance(engine, Overview):
        yield quiet(say("version", language, version=engine.version, day=engine.started_on.isoformat()))


def _section(part: Part, language: str) -> Html:
    mark = () if part.weight in {Weight.GOOD, Weight.NOTE} else (badge(part.weight, language),)
    title = element("h2", text(say(part.name, language)), *mark, id=f"{part.name}-title")
    return element("section", title, *part.inside, id=part.name, **{"aria-labelledby": f"{part.name}-title"})


def _parts(engine: Overview | Silent, findings: Findings, language: str) -> Iterator[Part]:
    yield _findings(findings, language)
    if isinstance(engine, Silent):
        for name in ("readers", "processor", "certificates", "unresolved", "sales", "connections"):
            yield Part(name, Weight.NOTE, (quiet(say("unknown_now", language)),))
        return
    yield _readers(engine, language)
    yield _processor(engine, language)
    yield _certificates(engine, language)
    yield _unresolved(engine, language)
    yield _sales(engine, language)
    yield _connections(engine, language)


def _findings(findings: Findings, language: str) -> Part:
    told = (*findings.of(Weight.STOP), *findings.of(Weight.MEND), *findings.of(Weight.UNSEEN))
    weight = told[0].weight if told else Weight.GOOD
    inside = _table_of(told, language) if told or findings.age_s is None else (quiet(say("none_ill", language)),)
    return Part("findings", weight, (*inside, _age(findings, language)))


def _table_of(found: tuple[Finding, ...], language: str) -> tuple[Html, ...]:
    if not found:
        return ()
    rows = [
        Row((Cell(badge(each.weight, language)), *cells(each.check), Cell(marked(each.text(language)))), each.weight)
        for each in found
    ]
    return (table(say("findings_caption", language), _heads(language, "weight", "check", "finding"), rows),)


def _age(findings: Findings, language: str) -> Html:
    if findings.age_s is None:
        return box(Weight.NOTE, say("still_looking", language))
    return quiet(say("age", language, seconds=round(findings.age_s)))


def _heads(language: str, *names: str) -> list[str]:
    return [say(name, language) for name in names]


def _readers(engine: Overview, language: str) -> Part:
    rows, worst = [], Weight.GOOD
    for reader in engine.readers:
        ill = not reader.there or reader.locks is None
        worst = Weight.MEND if ill else worst
        locks = _locks(reader.locks, language)
        there = say("there" if reader.there else "absent", language)
        rows.append(Row(cells(reader.name, there, locks), Weight.MEND if ill else None))
    heads = _heads(language, "reader", "state", "locks")
    return Part("readers", worst, (table(say("readers_caption", language), heads, rows),))


def _locks(locks: tuple[str, ...] | None, language: str) -> str:
    return say("no_room", language) if locks is None else ", ".join(lock(code, language) for code in locks)


def _processor(engine: Overview, language: str) -> Part:
    weight, word = _REACHED[engine.processor.reachable]
    opened = engine.processor.session_opened
    wrote = engine.journal.writable
    rows = [
        Row(cells(say("processor", language), say(word, language)), None if weight is Weight.GOOD else weight),
        Row(
            cells(say("journal", language), say("writable" if wrote else "unwritable", language)),
            None if wrote else Weight.STOP,
        ),
    ]
    if opened is not None:
        rows.insert(1, Row(cells(say("session", language), _hour(opened, language))))
    return Part(
        "processor",
        weight if wrote else Weight.STOP,
        (table(say("processor_caption", language), _heads(language, "part", "state"), rows),),
    )


def _certificates(engine: Overview, language: str) -> Part:
    rows, worst = [], Weight.GOOD
    for each in sorted(engine.certificates, key=lambda each: each.days):
        over = each.days < 0
        worst = Weight.STOP if over else worst
        left = say("ended", language) if over else str(each.days)
        rows.append(Row(cells(each.what, left), Weight.STOP if over else None))
    heads = _heads(language, "certificate", "days_left")
    return Part("certificates", worst, (table(say("certificates_caption", language), heads, rows),))


def _unresolved(engine: Overview, language: str) -> Part:
    found = engine.unresolved
    if found is None:
        return Part("unresolved", Weight.STOP, (box(Weight.STOP, say("unreadable", language)),))
    if not found.count:
        return Part("unresolved", Weight.GOOD, (quiet(say("none", language)),))
    heads = _heads(language, "key", "kind", "tender", "state", "since")
    rows = [_leg(leg, language) for leg in found.legs]
    more = (quiet(say("more", language, count=found.count)),) if found.count > len(found.legs) else ()
    listed = table(say("unresolved_caption", language), heads, rows)
    return Part("unresolved", Weight.MEND, (listed, *more, quiet(say("explained", language))))


def _leg(leg: Leg, language: str) -> Row:
    key = Cell(element("code", text(leg.key)))
    told = (KINDS[leg.kind].to(language), TENDERS[leg.tender].to(language), STATES[leg.state].to(language))
    return Row((key, *cells(*told, say("hours", language, hours=leg.hours))))


def _sales(engine: Overview, language: str) -> Part:
    if engine.sales is None:
        return Part("sales", Weight.NOTE, (box(Weight.MEND, say("unreadable", language)),))
    if not engine.sales:
        return Part("sales", Weight.GOOD, (quiet(say("none", language)),))
    heads = _heads(language, "hour", "kind", "tender", "amount", "outcome")
    rows = [_sale(sale, language) for sale in engine.sales]
    return Part("sales", Weight.GOOD, (table(say("sales_caption", language), heads, rows),))


def _sale(sale: Sale, language: str) -> Row:
    amount = Cell(text(money(sale.cents, language)), amount=True)
    first = cells(_hour(Hour(sale.day, sale.hour), language))
    told = cells(KINDS[sale.kind].to(language), TENDERS[sale.tender].to(language))
    return Row((*first, *told, amount, *cells(outcome(sale.outcome, sale.kind, language))))


def _connections(engine: Overview, language: str) -> Part:
    found = engine.connections
    if found is None:
        return Part("connections", Weight.NOTE, (quiet(say("unwatched", language)),))
    known = {name: say(name, language) for name in ("unexpected", "denied")}
    rows = [Row(cells(words, str(found[name]))) for name, words in known.items() if name in found]
    ill = found.get("unexpected", 0) > 0
    heads = _heads(language, "connections", "count")
    listed = table(say("connections_caption", language), heads, rows)
    return Part("connections", Weight.MEND if ill else Weight.GOOD, (listed,))


def _hour(hour: Hour, language: str) -> str:
    return say("of_hour", language, day=hour.day.isoformat(), hour=hour.hour)
