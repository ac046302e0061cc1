"""`pos-bridge incident`: the register of confidentiality incidents. Kinds and counts, nobody's name."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec

from pos_bridge import clock
from pos_bridge.cli.incident_words import FIELDS, HELP, NOTICES, WHAT, WHOM, say
from pos_bridge.cli.language import add_language, described
from pos_bridge.cli.parsers import Subparsers, add_config
from pos_bridge.registers import incident_file
from pos_bridge.registers.incident import Closed, Entry, Facts, Incident, Noted, Told, personal

DONE, NOT_DONE = 0, 1
_TEXTS = ("information", "circumstances", "happened", "because", "measures")


class _RefusedError(Exception):
    """With the line that says why."""


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("incident", help=HELP["incident"].both, description=described(WHAT))
    acts = parser.add_subparsers(title=HELP["acts"].both, required=True, metavar="ACT")
    for name, how in _ACTS.items():
        act = acts.add_parser(name, help=HELP[name].both, description=HELP[name].both)
        act.set_defaults(act=how)
        if name not in {"add", "list"}:
            act.add_argument("number", type=int, help=HELP["number"].both)
        if name not in {"list", "notice"}:
            act.add_argument("--operator", type=int, required=True, metavar="N", help=HELP["operator"].both)
        if name in {"add", "change"}:
            _facts_words(act)
        if name == "told":
            act.add_argument("--whom", choices=tuple(WHOM), required=True, help=HELP["whom"].both)
            act.add_argument("--on", type=_day, metavar="DAY", help=HELP["on"].both)
        if name == "notice":
            act.add_argument("--to", choices=tuple(NOTICES), required=True, help=HELP["to"].both)
        add_config(act)
        add_language(act)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config."""
    folder: Path = args.loaded.state
    try:
        _check_owner(folder, args.lang)
        args.act(args, folder)
    except _RefusedError as refused:
        return _told(str(refused))
    except incident_file.RegisterDamagedError:
        return _told(say("damaged", args.lang, path=folder / incident_file.NAME))
    except OSError as error:
        return _told(say("disk", args.lang, path=folder / incident_file.NAME, reason=error.strerror))
    return DONE


def _check_owner(folder: Path, language: str) -> None:
    """Whoever may write in the state's folder is the person in charge, as for `pos-bridge person`."""
    if folder.stat().st_uid != os.geteuid():
        raise _RefusedError(say("not_owner", language))


def _add(args: argparse.Namespace, folder: Path) -> None:
    _enter(args, folder, lambda known: len(known) + 1)


def _change(args: argparse.Namespace, folder: Path) -> None:
    _enter(args, folder, lambda known: _known(known, args).number)


def _enter(args: argparse.Namespace, folder: Path, number: Callable[[dict[int, Incident]], int]) -> None:
    facts = _facts(args)
    made = incident_file.note(folder, lambda known: _entry(args, number(known), Noted(facts)))
    print(say("entered", args.lang, number=made.incident))
    if facts.serious:
        print(say("serious", args.lang, number=made.incident))


def _tell(args: argparse.Namespace, folder: Path) -> None:
    act = Told(args.whom, _past(args, "told", args.on or clock.today()))
    incident_file.note(folder, lambda known: _entry(args, _known(known, args).number, act))
    print(say("noted", args.lang, number=args.number))


def _close(args: argparse.Namespace, folder: Path) -> None:
    incident_file.note(folder, lambda known: _entry(args, _known(known, args).number, Closed()))
    print(say("noted", args.lang, number=args.number))


def _list(args: argparse.Namespace, folder: Path) -> None:
    known = incident_file.read(folder)
    if not known:
        print(say("none", args.lang))
    for incident in known.values():
        _show(incident, args.lang)


def _notice(args: argparse.Namespace, folder: Path) -> None:
    facts = _known(incident_file.read(folder), args).facts
    values = {**dict(facts.texts), "known": facts.known.isoformat(), "persons": _persons(facts, args.lang)}
    print(NOTICES[args.to].to(args.lang).format(**values), end="")


_ACTS: dict[str, Callable[[argparse.Namespace, Path], None]] = {
    "add": _add,
    "change": _change,
    "told": _tell,
    "close": _close,
    "list": _list,
    "notice": _notice,
}


def _show(incident: Incident, language: str) -> None:
    facts = incident.facts
    state = say("open", language) if incident.closed is None else say("closed", language, day=incident.closed)
    until = say("until", language, day=incident.kept_until)
    print(say("title", language, number=incident.number, state=state, until=until))
    told = "; ".join(f"{WHOM[each.whom].to(language)}, {each.on}" for each in incident.told)
    values = {
        **dict(facts.texts),
        "known": facts.known.isoformat(),
        "persons": _persons(facts, language),
        "serious": say("yes" if facts.serious else "no", language),
        "told": told or say("nobody", language),
    }
    for name, title in FIELDS.items():
        colon = ":" if language == "en" else " :"
        print(f"    {title.to(language)}{colon} {values[name]}")


def _persons(facts: Facts, language: str) -> str:
    return say("unknown", language) if facts.persons is None else str(facts.persons)


def _facts(args: argparse.Namespace) -> Facts:
    given = {name: getattr(args, name) for name in _TEXTS}
    told = {**given, "known": _past(args, "known", args.known), "serious": args.serious, "persons": args.persons}
    try:
        facts = msgspec.convert(told, Facts)
    except msgspec.ValidationError:
        raise _RefusedError(say("too_long", args.lang)) from None
    field = personal(facts)
    if field is not None:
        raise _RefusedError(say("personal", args.lang, field=FIELDS[field].to(args.lang)))
    return facts


def _entry(args: argparse.Namespace, number: int, act: Noted | Told | Closed) -> Entry:
    try:
        told = {"incident": number, "day": clock.today(), "operator": args.operator, "act": msgspec.to_builtins(act)}
        return msgspec.convert(told, Entry)
    except msgspec.ValidationError:
        raise _RefusedError(HELP["operator"].to(args.lang)) from None


def _known(known: dict[int, Incident], args: argparse.Namespace) -> Incident:
    if args.number not in known:
        raise _RefusedError(say("no_such", args.lang, number=args.number))
    return known[args.number]


def _facts_words(act: argparse.ArgumentParser) -> None:
    for name in _TEXTS:
        act.add_argument(f"--{name}", required=True, metavar="TEXT", help=HELP[name].both)
    act.add_argument("--known", type=_day, required=True, metavar="DAY", help=HELP["known"].both)
    act.add_argument("--persons", type=int, metavar="N", help=HELP["persons"].both)
    act.add_argument("--serious", action=argparse.BooleanOptionalAction, required=True, help=HELP["serious"].both)


def _past(args: argparse.Namespace, field: str, day: date) -> date:
    """Today, or a day before, by this till's clock in its zone: which is where the shop is."""
    today = clock.today()
    if day > today:
        raise _RefusedError(say("to_come", args.lang, field=FIELDS[field].to(args.lang), day=day, today=today))
    return day


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(HELP["not_a_day"].both) from None


def _told(line: str) -> int:
    print(f"pos-bridge: {line}", file=sys.stderr)
    return NOT_DONE
