"""The journal: does its chain hold, does the processor believe it? Read beside a running engine; changes nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

from pos_bridge.checkup.finding import Finding, good, note, stop
from pos_bridge.journal import months
from pos_bridge.journal.errors import JournalCorruptError
from pos_bridge.journal.stored import is_refused
from pos_bridge.journal.verify import verify
from pos_bridge.settings import Config
from pos_bridge.words import Words

SOUND = good(
    "journal_chain",
    Words("La chaîne du journal tient.", "The journal's chain holds."),
)
DAMAGED = stop(
    "journal_chain",
    Words(
        "{file} : le journal n'est pas ce qui a été écrit. `pos-bridge journal --verify` dit où; gardez une copie du "
        "dossier, puis suivez docs/errors.md (`pos-bridge quarantine`).",
        "{file}: the journal is not what was written. `pos-bridge journal --verify` says where; keep a copy of the "
        "folder, then follow docs/errors.md (`pos-bridge quarantine`).",
    ),
)
EMPTY = note(
    "journal_chain",
    Words(
        "Aucun journal dans {folder} : cette caisse n'a encore rien vendu.",
        "There is no journal in {folder}: this till has sold nothing yet.",
    ),
)
SET_ASIDE = note(
    "journal_set_aside",
    Words(
        "Mois du journal mis de côté : {count}. Ils restent à comparer avec une sauvegarde "
        "(docs/backup-and-restore.md).",
        "Months of the journal that were set aside: {count}. They are still to be compared with a backup "
        "(docs/backup-and-restore.md).",
    ),
)
REFUSED = stop(
    "journal_believed",
    Words(
        "Le processeur a vu de cette caisse des lignes que ce journal n'a pas (sauvegarde restaurée, caisse copiée) : "
        "les cartes sont refusées. docs/day-end.md dit que faire; si ces lignes sont perdues, `pos-bridge decide "
        "journal`.",
        "The processor has seen rows of this till that this journal does not have (a restored backup, a copied till): "
        "cards are refused. docs/day-end.md says what to do; if those rows are lost, `pos-bridge decide journal`.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    folder = config.journal
    if folder.exists():
        os.scandir(
            folder
        ).close()  # for whoever may not list it, a look that failed: `files` would say that it is empty
    if not months.files(folder):
        yield EMPTY(folder=str(folder))
        return
    damaged = _verified(folder)
    for each in damaged:
        yield DAMAGED(file=each.file)
    if not damaged:
        yield SOUND()  # not how many rows, or months: the status page would show each sale come, or a month's first
        if is_refused(folder):
            yield REFUSED()
    if aside := len(months.set_aside(folder)):
        yield SET_ASIDE(count=str(aside))


def _verified(folder: Path) -> list[JournalCorruptError]:
    """Twice where it does not hold: a month that is being closed looks so for a moment, or an engine that starts."""
    damaged: list[JournalCorruptError] = []
    for _ in range(2):
        damaged = [report for report in verify(folder) if isinstance(report, JournalCorruptError)]
        if not damaged:
            break
    return damaged
