"""`pos-bridge check`: is this configuration usable? Reads it and every file it names; starts and opens nothing."""

import argparse
import sys

from pos_bridge import credentials
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.config import Config, ConfigError


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    return commands.add_parser("check", help="check the configuration and its files without starting anything")


def run(arguments: argparse.Namespace, config: Config) -> int:
    try:
        credentials.load(config)
    except ConfigError as error:
        print(f"pos-bridge: {arguments.config}: {error}", file=sys.stderr)
        return 2
    print(f"{arguments.config}: good")
    return 0
