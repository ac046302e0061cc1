"""What the commands' parsers share: the one type that argparse does not name in public, and a word of every act."""

import argparse
from pathlib import Path
from typing import TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - argparse's own name for it


def add_config(act: argparse.ArgumentParser) -> None:
    """`--config` may stand behind an act as well as before it (main.py), and is told of once."""
    act.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, type=Path, help=argparse.SUPPRESS)
