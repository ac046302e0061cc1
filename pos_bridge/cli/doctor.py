"""`pos-bridge doctor`: what is wrong with this till and what to do. Prints what the looks find, and mends nothing.

It reads no card, starts no payment and changes no file.
"""

import argparse
import json
from collections.abc import Mapping

from pos_bridge.checkup.finding import Weight
from pos_bridge.checkup.table import examine
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.words import Words

# 2 is for words and for a configuration that cannot be read, as of every command.
WELL, ILL, AT_RISK = 0, 1, 3
NOT_ALL_SEEN = 4  # is added to those
CODES: Mapping[Weight, int] = {
    Weight.GOOD: WELL,
    Weight.NOTE: WELL,
    Weight.UNSEEN: NOT_ALL_SEEN,
    Weight.MEND: ILL,
    Weight.STOP: AT_RISK,
}

_WHAT = Words(
    "Demande au service comment il va, et regarde la caisse elle-même. Ne change rien. Une ligne par constat; ce qui "
    "est à corriger dit comment. Code de retour : 0 rien à corriger, 1 à corriger, 3 une vente ou une carte est en "
    "danger maintenant; 4 de plus si tout n'a pas pu être regardé (4, 5, 7).",
    "Asks the running engine how it is, and looks at the till itself. Read-only. One line a finding; those to be "
    "mended say how. Exit code: 0 nothing to mend, 1 something to mend, 3 a sale or a card is at risk now; 4 more "
    "where not all could be looked at (4, 5, 7).",
)


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "doctor",
        help=both("dire ce qui ne va pas et quoi faire", "say what is wrong, and what to do"),
        description=described(_WHAT),
    )
    parser.add_argument(
        "--json", action="store_true", help=both("pour un programme, dans les deux langues", "for a program")
    )
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config."""
    code = WELL
    told: list[dict[str, str]] = []
    for finding in examine(args.loaded):
        if args.json:
            told.append(finding.as_fields())
        else:
            print(finding.to(args.lang), flush=True)
        code |= CODES[finding.weight]
    if args.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    return code
