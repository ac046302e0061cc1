"""The command `pos-bridge`: parses the words and hands over to one small file a command."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pos_bridge import __version__
from pos_bridge.cli import (
    backup,
    certificate,
    check,
    conformance,
    day_end,
    decide,
    doctor,
    enrol,
    evidence,
    explain,
    journal,
    language,
    person,
    quarantine,
    receipt,
    restore,
    run,
    setup,
    statistics,
)
from pos_bridge.config import load, read
from pos_bridge.settings import ConfigError
from pos_bridge.words import Words

DEFAULT_CONFIG = Path("/etc/pos-bridge/pos-bridge.toml")
COMMANDS = (
    run,
    check,
    doctor,
    evidence,
    journal,
    explain,
    person,
    day_end,
    statistics,
    decide,
    quarantine,
    backup,
    restore,
    certificate,
    enrol,
    setup,
    receipt,
    conformance,
)
_WITHOUT_CONFIGURATION = {conformance, receipt, setup}
# They make files that the configuration names, or do not need all of them.
_LOOK_THEMSELVES = {certificate.run, doctor.run, enrol.run, backup.run, restore.run}
_WHAT = Words("Le paiement à la caisse, sans rien garder de la carte.", "Payment-privacy middleware for the till.")
_COMMANDS = Words("commandes", "commands")
_DEFAULT = Words("par défaut", "default")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done; 1 not done, and one line on standard error says why; 2 wrong words or settings."""
    parsed = _parser().parse_args(arguments)
    asked = getattr(parsed, "lang", None)
    usual = language.of_the_shell()
    if parsed.command not in {command.run for command in _WITHOUT_CONFIGURATION}:
        try:
            parsed.loaded = (read if parsed.command in _LOOK_THEMSELVES else load)(parsed.config)
        except ConfigError as error:
            told = error.to(asked or language.of_a_bad_configuration(parsed.config))
            print(f"pos-bridge: {told}", file=sys.stderr)
            return 2
        parsed.journal = parsed.loaded.journal
        usual = parsed.loaded.till.language
    if parsed.command is not explain.run:  # which speaks both to whoever asks for none: it is read by customers
        parsed.lang, parsed.asked = asked or usual, asked is not None
    if parsed.command is person.run:
        person.keep_quiet()
    code: int = parsed.command(parsed)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pos-bridge", description=language.described(_WHAT))
    parser.add_argument("--version", action="version", version=f"pos-bridge {__version__}")
    commands = parser.add_subparsers(title=_COMMANDS.both, required=True, metavar="COMMAND")
    for command in COMMANDS:
        added = command.add_parser(commands)
        if command not in _WITHOUT_CONFIGURATION:
            usual = f"{_DEFAULT.both}: {DEFAULT_CONFIG}"
            added.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=usual)
        added.set_defaults(command=command.run)
    return parser
