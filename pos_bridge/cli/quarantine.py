"""`pos-bridge quarantine`: set a damaged journal file aside, whole, so that the till can start again."""

import argparse
import sys
from pathlib import Path

from pos_bridge.cli.journal_words import say
from pos_bridge.cli.language import add_language, both
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.clock import now
from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.journal.errors import JournalBusyError, JournalNewerError, JournalSoundError
from pos_bridge.journal.quarantine import quarantine

OK, FAILED = 0, 1


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "quarantine", help=both("mettre de côté un journal endommagé", "set a damaged journal aside")
    )
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.journal` is the journal's folder. 0; 1 when it is sound, newer, in use, absent or cannot be written."""
    folder: Path = args.journal
    if not folder.is_dir():
        return _fail("no_journal", args.lang, folder=folder)
    try:
        done = quarantine(folder, now)
    except JournalSoundError:
        return _fail("is_sound", args.lang)
    except JournalNewerError as newer:
        return _fail("newer", args.lang, file=newer.file)
    except JournalBusyError:
        return _fail("is_busy", args.lang)
    except (JournalUnwritableError, OSError):
        return _fail("cannot_write", args.lang)
    print(say("set_aside", args.lang, folder=folder, files=", ".join(done.files)))
    print(say("carried", args.lang, count=done.carried))
    if done.lost:
        print(say("lost", args.lang, count=done.lost))
    if done.baskets:
        print(say("lost_baskets", args.lang, count=done.baskets))
    print(say("goes_on", args.lang))
    return OK


def _fail(name: str, language: str, **values: object) -> int:
    print(say(name, language, **values), file=sys.stderr)
    return FAILED
