"""The journal: does its chain hold, does the processor believe it? Read beside a running engine; changes nothing."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pos_bridge.checkup.finding import Finding, good, mend, note, stop
from pos_bridge.checkup.user import must_open
from pos_bridge.config.settings import Config
from pos_bridge.journal import history, months
from pos_bridge.journal.errors import JournalCorruptError, JournalNewerError
from pos_bridge.journal.hours import month
from pos_bridge.journal.stored import is_refused
from pos_bridge.journal.verify import Report, SoundFile, verify
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
NEWER = stop(
    "journal_chain",
    Words(
        "{file} : écrit par une version plus récente de pos-bridge, et celle-ci ne vend rien. Réinstallez-la : elle le "
        "lit, et rien n'est perdu.",
        "{file}: written by a newer version of pos-bridge, and this one sells nothing. Install that version again: it "
        "reads it, nothing is lost.",
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
AHEAD = mend(
    "journal_months",
    Words(
        "{file} porte un mois à venir : l'horloge avançait quand il a commencé, ou retarde maintenant. Vérifiez-la "
        "(`timedatectl`). Si elle est juste, le service lui donne de lui-même, dans la journée, le premier nom qu'il "
        "peut avoir, dès qu'il joint le processeur; d'ici là rien n'est perdu, mais aucun mois ne commence.",
        "{file} bears a month to come: the clock ran ahead when it began, or is behind now. Check it (`timedatectl`). "
        "If it is right, the service gives it the earliest name that it can have by itself, within a day of reaching "
        "the processor; until then nothing is lost, but no month begins.",
    ),
)
BEHIND = note(
    "journal_months",
    Words(
        "Aucun mois du journal n'a commencé depuis {file}, où tout s'inscrit encore; rien n'est perdu. Le mois "
        "commence dès que le service joint le processeur, si l'horloge est juste (`timedatectl`).",
        "No month of the journal began since {file}, where everything is still written; nothing is lost. The month "
        "begins as soon as the service reaches the processor, if the clock is right (`timedatectl`).",
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
        # For whoever may not list it a look that failed: `files` would say that it is empty.
        os.scandir(folder).close()
    if not months.files(folder):
        yield EMPTY(folder=str(folder))
        return
    for path in months.files(folder):
        must_open(path)
    reports = _verified(folder)
    for each in reports:
        if isinstance(each, JournalCorruptError):
            yield DAMAGED(file=each.file)
        elif isinstance(each, JournalNewerError):
            yield NEWER(file=each.file)
    if all(isinstance(each, SoundFile) for each in reports):
        yield SOUND()  # not how many rows, or months: the status page would show each sale come, or a month's first
        if is_refused(folder):
            yield REFUSED()
    yield from _names(months.files(folder)[-1])
    if aside := len(months.set_aside(folder)):
        yield SET_ASIDE(count=str(aside))


def _names(in_use: Path) -> Iterator[Finding]:
    """The month in the newest file's name against this till's clock: one begins with the month, sales or not."""
    now = month(datetime.now().astimezone())
    if history.is_ahead(in_use.stem, now):
        yield AHEAD(file=in_use.name)
    elif months.months_between(in_use.stem, now) > 1:
        yield BEHIND(file=in_use.name)


def _verified(folder: Path) -> tuple[Report, ...]:
    """Twice where it does not hold: a month that is being closed looks so for a moment, or an engine that starts."""
    reports = verify(folder)
    return reports if all(isinstance(report, SoundFile) for report in reports) else verify(folder)
