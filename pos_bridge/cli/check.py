"""`pos-bridge check`: is this configuration usable? Reads it and every file it names; starts and opens nothing."""

import argparse
import sys

from pos_bridge.cli.language import add_language, both
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.config import credentials, terminal_data
from pos_bridge.config.settings import ConfigError
from pos_bridge.words import Words

_GOOD = Words("{file} : tout est bon", "{file}: good")


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "check",
        help=both(
            "vérifier la configuration et ses fichiers, sans rien démarrer",
            "check the configuration and its files without starting anything",
        ),
    )
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. 0 when all is good, 2 when not."""
    try:
        credentials.load(args.loaded)
        credentials.check_times(args.loaded)
        terminal_data.check(args.loaded)
    except ConfigError as error:
        print(f"pos-bridge: {args.config}: {error.to(args.lang)}", file=sys.stderr)
        return 2
    print(_GOOD.to(args.lang).format(file=args.config))
    return 0
