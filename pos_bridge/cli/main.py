"""The command `pos-bridge`: parses the words and hands over to one small file a command."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pos_bridge import __version__
from pos_bridge.cli import (
    certificate,
    check,
    conformance,
    day_end,
    decide,
    doctor,
    explain,
    journal,
    quarantine,
    run,
    statistics,
)
from pos_bridge.config import ConfigError, load, read

DEFAULT_CONFIG = Path("/etc/pos-bridge/pos-bridge.toml")
COMMANDS = (
    run,
    check,
    doctor,
    journal,
    explain,
    day_end,
    statistics,
    decide,
    quarantine,
    certificate,
    conformance,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done; 1 not done, and one line on standard error says why; 2 wrong words or settings."""
    parsed = _parser().parse_args(arguments)
    if parsed.command is not conformance.run:  # the one that can do without a till's configuration
        try:
            parsed.loaded = (read if parsed.command is certificate.run else load)(parsed.config)
        except ConfigError as error:
            print(f"pos-bridge: {error}", file=sys.stderr)
            return 2
        parsed.journal = parsed.loaded.journal
    code: int = parsed.command(parsed)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pos-bridge", description="Payment-privacy middleware for the till.")
    parser.add_argument("--version", action="version", version=f"pos-bridge {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        added = command.add_parser(commands)
        if command is not conformance:
            added.add_argument(
                "--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=f"default: {DEFAULT_CONFIG}"
            )
        added.set_defaults(command=command.run)
    return parser
