"""`pos-bridge person ACT`: what a customer asks about themselves, answered by the privacy officer of the shop.

Who is meant is never in argv, in a log or in an error (person_input.py); each act is in the audit trail.
"""

import argparse
import os
import re
from typing import Any, NoReturn

from pos_bridge.cli import (
    person_access,
    person_due,
    person_erase,
    person_proof,
    person_rectify,
    person_request,
    person_show,
    person_withdraw,
)
from pos_bridge.cli.language import add_language, described
from pos_bridge.cli.parsers import Subparsers, add_config
from pos_bridge.cli.person_input import WrongWordsError
from pos_bridge.cli.person_open import DONE, NOBODY, NOT_ACKNOWLEDGED, NOT_DONE, WRONG_WORDS, told
from pos_bridge.cli.person_words import HELP, say
from pos_bridge.domain import audit

__all__ = ["DONE", "NOBODY", "NOT_ACKNOWLEDGED", "NOT_DONE", "WRONG_WORDS", "add_parser", "run"]

_ACTS = (
    *person_access.ACTS,
    *person_rectify.ACTS,
    *person_withdraw.ACTS,
    *person_erase.ACTS,
    *person_request.ACTS,
    *person_due.ACTS,
    *person_show.ACTS,
    *person_proof.ACTS,
)


_QUOTED = re.compile(r" ('.*'|\".*\").*", re.DOTALL)


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser("person", help=HELP["person"].both, description=described(HELP["what"]))
    acts = parser.add_subparsers(title=HELP["acts"].both, required=True, metavar="ACT", parser_class=_ActParser)
    for name, words, run_it in _ACTS:
        added = acts.add_parser(name, help=HELP[name].both, description=described(HELP["what"]))
        words(added)
        added.add_argument("--operator", type=_operator, required=True, metavar="N", help=HELP["operator"].both)
        add_config(added)
        add_language(added)
        added.set_defaults(act=run_it)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config.

    0 done; 1 not done, and a line says why; 2 wrong words; 3 nobody of that number; 4 erased, and not acknowledged off
    the till yet.
    """
    os.umask(0o077)
    try:
        status: int = args.act(args)
    except WrongWordsError as error:
        return told(WRONG_WORDS, say(error.word, args.lang, **error.values))
    except KeyboardInterrupt:
        return told(NOT_DONE, say("interrupted", args.lang))
    return status


class _ActParser(argparse.ArgumentParser):
    """What is too much is refused without being repeated: it may be a number that somebody gave."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401 - argparse's own
        found, left = super().parse_known_args(args, namespace)
        if left:
            self.error(HELP["not_here"].both)
        return found, left

    def error(self, message: str) -> NoReturn:
        """Argparse quotes what it does not understand; what it would understand is in the usage."""
        super().error(_QUOTED.sub(" ...", message))


def _operator(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= audit.MAX_OPERATOR:
        return int(text)
    raise argparse.ArgumentTypeError(HELP["not_operator"].both)
