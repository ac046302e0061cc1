"""`pos-bridge operator ACT`: who works at this till. For root and the engine's user, but for approve-refund."""

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from pos_bridge.cli import operator_counter
from pos_bridge.cli.journal_words import money
from pos_bridge.cli.language import add_language, described
from pos_bridge.cli.operator_counter import user_name
from pos_bridge.cli.operator_input import new_password, password
from pos_bridge.cli.operator_words import HELP, WEAK, NotDoneError, say
from pos_bridge.cli.parsers import Subparsers, add_config
from pos_bridge.clock import today
from pos_bridge.domain import audit
from pos_bridge.domain.audit import Role, TrailUnwritableError
from pos_bridge.domain.details import Field, UnfitDetailError, details
from pos_bridge.domain.operator import HELD, Operator, OperatorsUnusableError, Refused, Wait
from pos_bridge.operators.approvals import Approvals
from pos_bridge.operators.counter import Counter
from pos_bridge.operators.password import WeakPasswordError
from pos_bridge.operators.role_words import ROLES
from pos_bridge.operators.store import NumberTakenError, Operators
from pos_bridge.registers.trail_file import TrailFile

DONE, NOT_DONE, WRONG_WORDS = 0, 1, 2
_NAMED = {name: role for role in HELD for name in (ROLES[role].fr, ROLES[role].en)}
_AMOUNT = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{2}))?", re.ASCII)


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("operator", help=HELP["operator"].both, description=described(HELP["what"]))
    acts = parser.add_subparsers(title=HELP["acts"].both, required=True, metavar="ACT")
    for name, (act, words) in ACTS.items():
        added = acts.add_parser(name, help=HELP[name].both, description=described(HELP["what"]))
        for word in words:
            _WORDS[word](added)
        add_config(added)
        add_language(added)
        added.set_defaults(act=act)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. 0 done; 1 not done, and a line says why; 2 wrong words."""
    os.umask(0o077)
    try:
        if args.act is not _approve:
            _check_user(args.loaded.state)
        args.act(args, Operators(args.loaded.operator_store))
    except NotDoneError as error:
        said = say(error.word, args.lang, **error.values)
    except WeakPasswordError as error:
        said = WEAK[error.why].to(args.lang)
    except NumberTakenError:
        said = say("taken", args.lang)
    except OperatorsUnusableError:
        said = say("unusable", args.lang, path=args.loaded.operator_store)
    except TrailUnwritableError:
        said = say("no_trail", args.lang)
    else:
        return DONE
    print(said, file=sys.stderr)
    return NOT_DONE


def _add(args: argparse.Namespace, operators: Operators) -> None:
    try:
        name = details({Field.LAST_NAME: args.name}).get(Field.LAST_NAME)
    except UnfitDetailError:
        name = None
    if name is None:
        raise NotDoneError("bad_name")
    operators.add(Operator(args.operator, name, frozenset(args.role)), new_password(args))
    print(say("added", args.lang))


def _list(args: argparse.Namespace, operators: Operators) -> None:
    found = operators.all()
    for operator in found:
        roles = ", ".join(sorted(ROLES[role].to(args.lang) for role in operator.roles))
        print(f"{operator.number:>4}  {operator.name}  {roles}")
    if not found:
        print(say("nobody", args.lang))


def _roles(args: argparse.Namespace, operators: Operators) -> None:
    _changed(args, done=operators.set_roles(args.operator, frozenset(args.role)))


def _password(args: argparse.Namespace, operators: Operators) -> None:
    if operators.find(args.operator) is None:
        raise NotDoneError("unknown")
    _changed(args, done=operators.set_password(args.operator, new_password(args)))


def _remove(args: argparse.Namespace, operators: Operators) -> None:
    _changed(args, done=operators.remove(args.operator, today()), word="removed")


def _approve(args: argparse.Namespace, operators: Operators) -> None:
    found = _AMOUNT.fullmatch(args.amount)
    cents = 0 if found is None else int(found[1]) * 100 + int(found[2] or 0)
    if not cents:
        raise NotDoneError("bad_amount")
    owner = _owner(args.loaded.state)
    if os.geteuid() in {0, owner}:
        _approve_here(args, operators, cents)
    else:
        operator_counter.approve(args, cents, owner)
    print(say("approved", args.lang, amount=money(cents, args.lang)))


def _approve_here(args: argparse.Namespace, operators: Operators, cents: int) -> None:
    """Root, or the engine's user: in the store itself, whether an engine runs or not."""
    trail = TrailFile(args.loaded.audit)
    counter = Counter(operators, trail.note, today, Approvals(args.loaded.operator_store))
    match counter.approve(args.operator, password(args), cents):
        case Wait(seconds):
            raise NotDoneError("wait", seconds=seconds)
        case Refused():
            raise NotDoneError("refused")
        case Operator():
            pass


def _changed(args: argparse.Namespace, *, done: bool, word: str = "changed") -> None:
    if not done:
        raise NotDoneError("unknown")
    print(say(word, args.lang))


def _check_user(folder: Path) -> None:
    owner = _owner(folder)
    if os.geteuid() not in {0, owner}:
        raise NotDoneError("not_owner", user=user_name(owner), folder=folder)


def _owner(folder: Path) -> int:
    try:
        return folder.stat().st_uid
    except OSError:
        raise NotDoneError("no_state", folder=folder) from None


def _number(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) is None or not 1 <= int(text) <= audit.MAX_OPERATOR:
        raise argparse.ArgumentTypeError(HELP["number"].both)
    return int(text)


def _role(text: str) -> Role:
    try:
        return _NAMED[text]
    except KeyError:
        raise argparse.ArgumentTypeError(HELP["role"].both) from None


_WORDS: dict[str, Callable[[argparse.ArgumentParser], object]] = {
    "number": lambda it: it.add_argument(
        "--operator", type=_number, required=True, metavar="N", help=HELP["number"].both
    ),
    "name": lambda it: it.add_argument("--name", required=True, metavar="NAME", help=HELP["name"].both),
    "role": lambda it: it.add_argument(
        "--role", type=_role, action="append", required=True, metavar="ROLE", help=HELP["role"].both
    ),
    "amount": lambda it: it.add_argument("--amount", required=True, metavar="0.00", help=HELP["amount"].both),
    "fd": lambda it: it.add_argument("--password-fd", type=int, metavar="FD", help=HELP["fd"].both),
}
ACTS: dict[str, tuple[Callable[[argparse.Namespace, Operators], None], tuple[str, ...]]] = {
    "add": (_add, ("number", "name", "role", "fd")),
    "list": (_list, ()),
    "roles": (_roles, ("number", "role")),
    "password": (_password, ("number", "fd")),
    "remove": (_remove, ("number",)),
    "approve-refund": (_approve, ("number", "amount", "fd")),
}
