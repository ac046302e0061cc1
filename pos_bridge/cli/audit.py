"""`pos-bridge audit verify|show`: whether the trail of who did what is whole, and what is in it. It changes nothing."""

import argparse
import sys

from pos_bridge.cli.audit_words import ACTS, FAULTS, HELP, PURPOSES, SAID
from pos_bridge.cli.language import add_language, described
from pos_bridge.cli.parsers import Subparsers, add_config
from pos_bridge.domain.audit import AuditEntry, TrailUnwritableError
from pos_bridge.operators.role_words import ROLES
from pos_bridge.registers.trail_file import Damaged, Sound, TrailDamagedError, entries, verify

DONE, NOT_DONE = 0, 1


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("audit", help=HELP["audit"].both, description=described(HELP["what"]))
    acts = parser.add_subparsers(title=HELP["acts"].both, required=True, metavar="ACT")
    for name, act in (("verify", _verify), ("show", _show)):
        added = acts.add_parser(name, help=HELP[name].both, description=described(HELP["what"]))
        add_config(added)
        add_language(added)
        added.set_defaults(act=act)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. 0 done, or whole; 1 not, and a line says why."""
    try:
        status: int = args.act(args)
    except TrailDamagedError:
        return _told(SAID["damaged"].to(args.lang).format(row=0))
    except TrailUnwritableError:
        return _told(SAID["unreadable"].to(args.lang))
    return status


def _verify(args: argparse.Namespace) -> int:
    match verify(args.loaded.audit):
        case Sound(count, head):
            print(SAID["sound"].to(args.lang).format(count=count, head=head.hex()))
            return DONE
        case Damaged(row):
            return _told(SAID["damaged"].to(args.lang).format(row=row))


def _show(args: argparse.Namespace) -> int:
    last = 0
    while page := entries(args.loaded.audit, last):
        for number, entry in page:
            print(f"{number:>6}  {_line(entry, args.lang)}")
            last = number
    return DONE


def _line(entry: AuditEntry, language: str) -> str:
    purpose = "" if entry.purpose is None else PURPOSES[entry.purpose].to(language)
    why = None if entry.refused is None else FAULTS[entry.refused].to(language)
    refused = "" if why is None else SAID["refused"].to(language).format(why=why)
    role, act = ROLES[entry.actor.role].to(language), ACTS[entry.act].to(language)
    parts = (entry.day.isoformat(), f"{role} {entry.actor.operator}", act, purpose, refused)
    return "  ".join(part for part in parts if part)


def _told(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return NOT_DONE
