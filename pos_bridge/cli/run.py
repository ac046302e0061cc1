"""`pos-bridge run`: the engine as a till runs it, in the foreground, until SIGTERM."""

import argparse
import gc
import os
import socket
import sys
from contextlib import suppress

from pos_bridge import memory
from pos_bridge.cli.language import add_language, both
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.cli.quiet import keep_quiet
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.start_fault import CannotStartError
from pos_bridge.words import Words

_NOT_OVERWRITTEN = Words(
    "la mémoire rendue n'est pas effacée par la bibliothèque C de ce système, ou pas avec ce démarrage : ce que les "
    "caisses envoient peut y rester lisible un moment (docs/privilege-separation.md)",
    "freed memory is not overwritten by this system's C library, or not in this way of starting: what tills send can "
    "stay readable in memory for a while (docs/privilege-separation.md)",
)


def add_parser(commands: Subparsers) -> argparse.ArgumentParser:
    parser = commands.add_parser("run", help=both("servir les caisses jusqu'à SIGTERM", "serve tills until SIGTERM"))
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. 0 after SIGTERM; 1 when it cannot start; 2 when a named file cannot be used."""
    config: Config = args.loaded
    os.umask(0o077)
    keep_quiet()
    if not memory.overwrites():
        print(f"pos-bridge: {_NOT_OVERWRITTEN.to(args.lang)}", file=sys.stderr, flush=True)
    gc.disable()  # loading makes no garbage, and looking for it is a tenth of the start
    from pos_bridge.config import credentials, terminal_data  # noqa: PLC0415 - TLS and gRPC are loaded by
    from pos_bridge.engine import daemon  # noqa: PLC0415 - the one command that needs them

    gc.freeze()  # what is loaded stays: the collector does not walk through it while a customer waits
    gc.enable()
    try:
        loaded = credentials.load(config)
        terminal_data.check(config)
        daemon.run(config, loaded, tell_systemd)
    except ConfigError as error:
        print(f"pos-bridge: {args.config}: {error.to(args.lang)}", file=sys.stderr)
        return 2
    except CannotStartError as error:
        print(f"pos-bridge: {error.to(args.lang)}", file=sys.stderr)
        return 1
    return 0


def tell_systemd(state: str) -> None:
    """sd_notify(3): one datagram to whoever started us and asked to be told; nobody asked, nothing is sent."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify, suppress(OSError):
        notify.connect(address)
        notify.send(state.encode())
