"""`pos-bridge restore`: a backup into a state folder that holds nothing, checked before it is there."""

import argparse
import sys
from pathlib import Path

from pos_bridge.backup.fault import BackupError
from pos_bridge.cli.backup import add_opening
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.config.settings import ConfigError
from pos_bridge.words import Words

DONE, NOT_DONE, UNFIT = 0, 1, 2
_WHAT = Words(
    "Restaure une sauvegarde dans un dossier d'état vide : signature, empreintes et chaîne vérifiées, et les personnes "
    "effacées depuis le restent. Rien n'est écrasé.",
    "Restores a backup into an empty state folder: signature, hashes and chain are checked, and whoever was erased "
    "since stays erased. Nothing is written over.",
)


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "restore", help=both("ramener une sauvegarde", "bring a backup back"), description=described(_WHAT)
    )
    parser.add_argument(
        "--from",
        dest="files",
        type=Path,
        nargs="+",
        required=True,
        metavar="FILE",
        help=both(
            "le manifeste; les parties, si elles sont ailleurs", "the manifest; its parts, if they lie elsewhere"
        ),
    )
    parser.add_argument("--without-persons", action="store_true", help=both("le journal seul", "the journal alone"))
    add_opening(parser)
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config. 0; 1 and a line on standard error; 2 for a setting or a file it names."""
    from pos_bridge.cli import backup_acts  # noqa: PLC0415 - the engine, which knows this command, does not load age

    try:
        return backup_acts.bring_back(args)
    except BackupError as error:
        print(f"pos-bridge: {error.to(args.lang)}", file=sys.stderr)
        return NOT_DONE
    except ConfigError as error:
        print(f"pos-bridge: {args.config}: {error.to(args.lang)}", file=sys.stderr)
        return UNFIT
