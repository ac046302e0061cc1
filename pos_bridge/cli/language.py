"""In which language a command speaks: the one it was asked for, else the till's, else the shell's, else French."""

import argparse
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pos_bridge.words import LANGUAGES, Language, Words, asked_for

_ASKED = Words("dans cette langue; sinon celle de la caisse (till.language)", "in this language; else the till's")
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")  # in the order that POSIX gives them


def add_language(parser: argparse.ArgumentParser, said: Words = _ASKED) -> None:
    parser.add_argument("--lang", choices=LANGUAGES, help=said.both)


def both(fr: str, en: str) -> str:
    """A line of help: French, then English."""
    return Words(fr, en).both


def described(words: Words) -> str:
    """A command's description, before anybody could say in which language: French, then English."""
    return f"{words.fr}\n\n{words.en}"


def of_the_shell(environment: Mapping[str, str] = os.environ) -> Language:
    """Only where no configuration can say it: a shell's locale is what an image came with more often than a choice."""
    locale = next((environment[name] for name in _LOCALES if environment.get(name)), "")
    return asked_for(locale) or "fr"


def of_a_bad_configuration(file: Path) -> Language:
    """The till's language as far as a configuration that cannot be used tells it; else the shell's."""
    try:
        till = tomllib.loads(file.read_text(encoding="utf-8")).get("till")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        till = None
    told = till.get("language") if isinstance(till, dict) else None
    return asked_for(told if isinstance(told, str) else None) or of_the_shell()
