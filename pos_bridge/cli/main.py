"""The command `pos-bridge`: parses the words and hands over to one small file a command, which alone is loaded."""

import argparse
import importlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, cast

from pos_bridge import __version__
from pos_bridge.cli import language
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.cli.quiet import keep_quiet
from pos_bridge.config.file import load, read
from pos_bridge.config.settings import ConfigError
from pos_bridge.words import Words

DEFAULT_CONFIG = Path("/etc/pos-bridge/pos-bridge.toml")
COMMANDS = (
    "run",
    "page",
    "check",
    "doctor",
    "status",
    "evidence",
    "journal",
    "explain",
    "person",
    "incident",
    "operator",
    "audit",
    "day-end",
    "statistics",
    "decide",
    "quarantine",
    "backup",
    "restore",
    "certificate",
    "enrol",
    "setup",
    "firewall",
    "receipt",
    "conformance",
)
_WITHOUT_CONFIGURATION = {"conformance", "receipt", "setup"}
# They make files that the configuration names, or do not need all of them, or are not let at them.
_LOOK_THEMSELVES = {
    "page",
    "status",
    "certificate",
    "doctor",
    "enrol",
    "evidence",
    "incident",
    "operator",
    "backup",
    "restore",
    "firewall",
}
_SPEAKS_BOTH = "explain"  # to whoever asks for no language: it is read by customers
_SERVE = {"run", "page"}  # until they are ended: what is closed to them then is no matter of who started them
_HOLD_WHAT_IS_TYPED = {"person", "operator", "incident"}
_WHAT = Words("Le paiement à la caisse, sans rien garder de la carte.", "Payment-privacy middleware for the till.")
_CLOSED = Words(
    "{path} ne s'ouvre pas à qui lance cette commande. Lancez-la comme root (sudo), ou comme l'utilisateur du service.",
    "{path} is not open to whoever runs this command. Run it as root (sudo), or as the service's user.",
)
_COMMANDS = Words("commandes", "commands")
_DEFAULT = Words("par défaut", "default")


class Command(Protocol):
    """A module of this folder. `run` gives the exit code."""

    def add_parser(self, subparsers: Subparsers) -> argparse.ArgumentParser: ...

    def run(self, args: argparse.Namespace) -> int: ...


def load_command(name: str) -> Command:
    return cast("Command", importlib.import_module(f"pos_bridge.cli.{name.replace('-', '_')}"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done; 1 not done, and one line on standard error says why; 2 wrong words or settings."""
    words = sys.argv[1:] if arguments is None else arguments
    parsed = parser(words[:1] if words and words[0] in COMMANDS else COMMANDS).parse_args(words)
    asked = getattr(parsed, "lang", None)
    usual = language.of_the_shell()
    if parsed.command not in _WITHOUT_CONFIGURATION:
        try:
            parsed.loaded = (read if parsed.command in _LOOK_THEMSELVES else load)(parsed.config)
        except ConfigError as error:
            told = error.to(asked or language.of_a_bad_configuration(parsed.config))
            print(f"pos-bridge: {told}", file=sys.stderr)
            return 2
        parsed.journal = parsed.loaded.journal
        usual = parsed.loaded.till.language
    if parsed.command != _SPEAKS_BOTH:
        parsed.lang, parsed.asked = asked or usual, asked is not None
    if parsed.command in _HOLD_WHAT_IS_TYPED:
        keep_quiet()
    try:
        return load_command(parsed.command).run(parsed)
    except PermissionError as closed:
        if closed.filename is None or parsed.command in _SERVE:
            raise
        lang = asked or usual
        print(f"pos-bridge: {_CLOSED.to(lang).format(path=closed.filename)}", file=sys.stderr)
        return 1


def parser(names: Iterable[str]) -> argparse.ArgumentParser:
    """Of these commands: the others are not loaded."""
    whole = argparse.ArgumentParser(prog="pos-bridge", description=language.described(_WHAT))
    whole.add_argument("--version", action="version", version=f"pos-bridge {__version__}")
    commands = whole.add_subparsers(title=_COMMANDS.both, required=True, metavar="COMMAND")
    for name in names:
        added = load_command(name).add_parser(commands)
        if name not in _WITHOUT_CONFIGURATION:
            usual = f"{_DEFAULT.both}: {DEFAULT_CONFIG}"
            added.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=usual)
        added.set_defaults(command=name)
    return whole
