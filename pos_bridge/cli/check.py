"""`pos-bridge check`: is this configuration usable? Reads it and every file it names; starts and opens nothing."""

import argparse
import sys

from pos_bridge import credentials, terminal_data
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.config import ConfigError


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    return commands.add_parser("check", help="check the configuration and its files without starting anything")


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. 0 when all is good, 2 when not."""
    try:
        credentials.load(args.loaded)
        terminal_data.check(args.loaded)
    except ConfigError as error:
        print(f"pos-bridge: {args.config}: {error}", file=sys.stderr)
        return 2
    print(f"{args.config}: good")
    return 0
