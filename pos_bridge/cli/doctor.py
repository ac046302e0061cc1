"""`pos-bridge doctor`: what is wrong with this till and what to do. Asks the engine, looks itself, mends nothing.

It reads no card, starts no payment and changes no file.
"""

import argparse
from collections.abc import Iterator

from pos_bridge.cli.doctor_daemon import ask_engine
from pos_bridge.cli.doctor_looks import look
from pos_bridge.cli.doctor_words import Finding, Weight
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.settings import Config
from pos_bridge.words import Words

WELL, ILL = 0, 1
_WHAT = Words(
    "Demande au service comment il va, et regarde les lecteurs, pcscd et les fichiers. Ne change rien. Une ligne par "
    "constat; ce qui est à corriger dit comment.",
    "Asks the running engine how it is, and looks at readers, pcscd and files. Read-only. One line a finding; those to "
    "be mended say how.",
)


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "doctor",
        help=both("dire ce qui ne va pas et quoi faire", "say what is wrong, and what to do"),
        description=described(_WHAT),
    )
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. 0: nothing is to be mended; 1: something is."""
    code = WELL
    for finding in examine(args.loaded):
        print(finding.to(args.lang))
        if finding.weight is Weight.MEND:
            code = ILL
    return code


def examine(config: Config) -> Iterator[Finding]:
    yield from ask_engine(config)
    yield from look(config)
