"""`pos-bridge backup`: the till's records, encrypted for keys that no till has; `--drill`: is the newest one good?

Runs beside the engine and takes nothing from it.
"""

import argparse
import sys
from pathlib import Path

from pos_bridge.backup.fault import BackupError
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.config.settings import ConfigError
from pos_bridge.words import Words

DONE, NOT_DONE, UNFIT = 0, 1, 2
_WHAT = Words(
    "Sauvegarde le journal, et à part les personnes, dans backup.folder, pendant que la caisse vend. --drill : dit "
    "l'âge de la dernière et la vérifie; avec --identity, la restaure dans un dossier jetable.",
    "Backs up the journal, and apart from it the persons, to backup.folder, while the till sells. --drill: says how "
    "old the newest is and checks it; with --identity, restores it into a throw-away folder.",
)


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "backup", help=both("sauvegarder ce qui est enregistré", "back up the records"), description=described(_WHAT)
    )
    parser.add_argument("--drill", action="store_true", help=both("essayer la dernière", "try the newest"))
    add_opening(parser, of_backup=both("avec --drill", "with --drill"))
    add_language(parser)
    return parser


def add_opening(parser: argparse.ArgumentParser, of_backup: str = "") -> None:
    """What it takes to open a backup."""
    when = f"; {of_backup}" if of_backup else ""
    parser.add_argument(
        "--identity",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=both("clé privée age, répétable", "private key of age, repeatable") + when,
    )
    parser.add_argument(
        "--erasures",
        type=Path,
        metavar="FILE",
        help=both("le registre des effacements d'aujourd'hui", "the ledger of erasures as it is today") + when,
    )
    parser.add_argument(
        "--signed-by",
        metavar="HEX",
        help=both("qui doit l'avoir signée; sinon till.signing_key", "who must have signed it; else till.signing_key")
        + when,
    )


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. 0; 1 and a line on standard error; 2 for a setting or a file it names."""
    from pos_bridge.cli import backup_acts  # noqa: PLC0415 - the engine, which knows this command, does not load age

    try:
        return backup_acts.drill(args) if args.drill else backup_acts.back_up(args)
    except BackupError as error:
        print(f"pos-bridge: {error.to(args.lang)}", file=sys.stderr)
        return NOT_DONE
    except ConfigError as error:
        print(f"pos-bridge: {args.config}: {error.to(args.lang)}", file=sys.stderr)
        return UNFIT
