"""`pos-bridge page`: the status page for IT on loopback, in the foreground, until SIGTERM. Changes nothing."""

import argparse
import os
import sys

from pos_bridge.cli.language import add_language, both
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.cli.quiet import keep_quiet
from pos_bridge.cli.run import tell_systemd
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.start_fault import CannotStartError


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "page",
        help=both("montrer l'état de la caisse sur une page, jusqu'à SIGTERM", "show a status page until SIGTERM"),
    )
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. 0 after SIGTERM; 1 when it cannot start; 2 when a named file cannot be used."""
    config: Config = args.loaded
    os.umask(0o077)
    keep_quiet()
    from pos_bridge.page import program, words  # noqa: PLC0415 - TLS and every look of doctor's, for this command only

    def ready(state: str) -> None:
        if state == "READY=1":
            print(words.say("ready", args.lang, port=config.page.port), flush=True)
        tell_systemd(state)

    try:
        program.run(config, ready)
    except ConfigError as error:
        print(f"pos-bridge: {error.to(args.lang)}", file=sys.stderr)
        return 2
    except CannotStartError as error:
        print(f"pos-bridge: {error.to(args.lang)}", file=sys.stderr)
        return 1
    return 0
