"""`pos-bridge decide`: what a person found out about a leg that the engine cannot settle, written into the journal.

The engine must be stopped: the journal has one writer. Moves no money by itself; `reverse` is done by the next start.
"""

import argparse
import sys
from contextlib import closing
from pathlib import Path

from pos_bridge.cli.day_end_words import say
from pos_bridge.cli.journal_words import say as journal_say
from pos_bridge.cli.language import add_language, both, described
from pos_bridge.cli.parsers import Subparsers
from pos_bridge.clock import now
from pos_bridge.domain.happening import Decided
from pos_bridge.domain.ledger import Advance, JournalUnwritableError
from pos_bridge.domain.leg import State
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.step import step
from pos_bridge.domain.transition import ImpossibleStepError
from pos_bridge.journal.errors import JournalBusyError, JournalCorruptError, JournalNewerError
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.leg_words import outcome
from pos_bridge.words import Words

OK, FAILED, WRONG_WORDS = 0, 1, 2
WHOLE_JOURNAL = "journal"
_WAITING = frozenset({State.UNRESOLVED, State.CAPTURE_LOST})
_DECISIONS = {
    "paid": Decided(stands=True),
    "not-paid": Decided(stands=False),
    "reverse": Decided(stands=False, undo=True),
}


_WHAT = Words(
    """\
Arrêtez pos-bridge d'abord. `pos-bridge journal --unresolved` et `pos-bridge day-end` nomment ce qui attend une
personne; demandez au processeur ce qu'il en est, par la clé, puis dites-le :

  decide CLÉ paid       l'argent a bougé comme demandé : la vente est payée, ou le remboursement est fait
  decide CLÉ not-paid   il n'en reste rien (ou plus rien) chez le processeur
  decide CLÉ reverse    à reprendre : au prochain démarrage on le demande au processeur jusqu'à sa réponse
  decide journal        ce journal continue, même si le processeur a vu des lignes qui n'y sont pas (sauvegarde
                        restaurée). Seulement quand aucune autre caisse n'a cette identité, et ces lignes cherchées.
""",
    """\
Stop pos-bridge first. `pos-bridge journal --unresolved` and `pos-bridge day-end` name what waits for a person; ask
the processor what became of it, by its key, then say so:

  decide KEY paid       its money moved as asked: the sale was paid, or the refund was made
  decide KEY not-paid   nothing of it stands at the processor (any more)
  decide KEY reverse    take it back: the next start asks the processor until that answers
  decide journal        this journal goes on although the processor saw rows that are not in it (a backup was
                        restored). Only after no other till uses this till's identity, and the rows are looked for.
""",
)


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(
        "decide",
        help=both("dire ce qu'il en est d'un mouvement non réglé", "say what became of an unresolved movement"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=described(_WHAT),
    )
    parser.add_argument(
        "what", metavar="KEY|journal", help=both("la clé du mouvement, ou `journal`", "its key, or `journal`")
    )
    parser.add_argument(
        "decision", nargs="?", choices=tuple(_DECISIONS), help=both("ce qu'il en est", "what became of it")
    )
    add_language(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """`args.loaded` is the Config, `args.journal` the journal's folder.

    0: it is written, durably; 1: nothing was, and one line says why; 2: wrong words.
    """
    if (args.what == WHOLE_JOURNAL) is not (args.decision is None):
        name = "decision_missing" if args.decision is None else "decision_too_many"
        return _fail(WRONG_WORDS, say(name, args.lang))
    key = None
    if args.what != WHOLE_JOURNAL:
        try:
            key = LegKey.parse(args.what)
        except ValueError:
            return _fail(WRONG_WORDS, say("not_a_key", args.lang, key=args.what))
    if not args.journal.is_dir():
        return _fail(FAILED, journal_say("no_journal", args.lang, folder=args.journal))
    return _with_journal(args, key)


def _with_journal(args: argparse.Namespace, key: LegKey | None) -> int:
    folder: Path = args.journal
    language: str = args.lang
    try:
        with closing(JournalFile.open(folder, args.loaded.till.number, now)) as journal:
            return _accept(journal, language) if key is None else _decide(journal, key, args.decision, language)
    except JournalBusyError:
        return _fail(FAILED, say("stop_it_first", language))
    except JournalCorruptError:
        return _fail(FAILED, say("damaged_journal", language))
    except JournalNewerError as newer:
        return _fail(FAILED, journal_say("newer", language, file=newer.file))
    except JournalUnwritableError:
        return _fail(FAILED, say("cannot_write_journal", language))


def _decide(journal: JournalFile, key: LegKey, word: str, language: str) -> int:
    known = journal.find_leg(key)
    if known is None:
        return _fail(FAILED, say("unknown_key", language, key=key))
    if known.state not in _WAITING:
        return _fail(FAILED, say("not_waiting", language, key=key, state=outcome(known.state, known.kind, language)))
    try:
        leg = step(known.leg(), _DECISIONS[word]).leg
    except ImpossibleStepError:
        return _fail(FAILED, say("cannot_reverse", language))
    journal.advance(Advance(leg.key, leg.state, leg.cause, leg.approved))
    name = "decided_reverse" if leg.state is State.REVERSING else "decided"
    print(say(name, language, key=key, state=outcome(leg.state, leg.kind, language)))
    return OK


def _accept(journal: JournalFile, language: str) -> int:
    if not journal.accept_refused_head():
        return _fail(FAILED, say("nothing_refused", language))
    print(say("accepted", language))
    return OK


def _fail(status: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return status
