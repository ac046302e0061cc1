"""Backups: how old the newest whole one is. Whether it can be restored, `pos-bridge backup --drill` says."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pos_bridge.backup.shelf import newest
from pos_bridge.checkup.finding import Finding, good, mend
from pos_bridge.checkup.user import engines_user
from pos_bridge.config.settings import Config
from pos_bridge.words import Words, hours

LATE = timedelta(hours=50)  # one a day, and one may fail
_AHEAD = timedelta(hours=1)
_HOUR = timedelta(hours=1)

NOT_SET_UP = mend(
    "backup",
    Words(
        "Aucune sauvegarde n'est réglée ([backup]) : si cette caisse brûle, son journal est perdu. "
        "docs/backup-and-restore.md.",
        "No backup is set up ([backup]): if this till burns, its journal is lost. docs/backup-and-restore.md.",
    ),
)
UNREADABLE = mend(
    "backup",
    Words(
        "Le dossier des sauvegardes {folder} ne peut pas être lu. Est-il monté? Est-il à l'utilisateur du service?",
        "The folder of the backups {folder} cannot be read. Is it mounted? Does it belong to the service's user?",
    ),
)
NONE = mend(
    "backup",
    Words(
        "Aucune sauvegarde entière de cette caisse dans {folder}. Lancez `systemctl start pos-bridge-backup.service`, "
        "et la minuterie : `systemctl enable --now pos-bridge-backup.timer`.",
        "There is no whole backup of this till in {folder}. Run `systemctl start pos-bridge-backup.service`, and the "
        "timer: `systemctl enable --now pos-bridge-backup.timer`.",
    ),
)
OLD = mend(
    "backup",
    Words(
        "La dernière sauvegarde a {age}. Voyez pourquoi il n'y en a pas eu depuis : `systemctl status "
        "pos-bridge-backup.timer`, `journalctl -u pos-bridge-backup`.",
        "The newest backup is {age} old. See why there was none since: `systemctl status "
        "pos-bridge-backup.timer`, `journalctl -u pos-bridge-backup`.",
    ),
)
AHEAD = mend(
    "backup",
    Words(
        "La dernière sauvegarde est datée de l'avenir : l'horloge était fausse alors, ou l'est maintenant. Vérifiez "
        "l'heure (`timedatectl`), puis refaites une sauvegarde.",
        "The newest backup bears a time to come: the clock was wrong then, or is now. Check the time (`timedatectl`), "
        "then make another backup.",
    ),
)
WITHOUT_PERSONS = mend(
    "backup_persons",
    Words(
        "La dernière sauvegarde est sans les personnes. `pos-bridge backup` dit pourquoi.",
        "The newest backup is without the persons. `pos-bridge backup` says why.",
    ),
)
RECENT = good(
    "backup",
    Words(
        "La dernière sauvegarde a {age}.",
        "The newest backup is {age} old.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    if config.backup is None:
        yield NOT_SET_UP()
        return
    folder = config.path(config.backup.folder)
    try:
        found = newest(folder, config.till.number)
    except OSError as error:
        if isinstance(error, PermissionError) and os.geteuid() != engines_user(config).uid:
            raise
        yield UNREADABLE(folder=str(folder))
        return
    if found is None:
        yield NONE(folder=str(folder))
        return
    _, manifest = found
    age = datetime.now(UTC) - manifest.time
    if age < -_AHEAD:
        yield AHEAD()
    else:
        yield (OLD if age > LATE else RECENT)(age=hours(age // _HOUR))
    if config.identity is not None and config.vault.exists() and manifest.vault is None:
        yield WITHOUT_PERSONS()
