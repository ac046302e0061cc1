"""The configuration and every file that it names, as `pos-bridge check` reads them. Opens no device and no database."""

import os
from collections.abc import Iterator

from pos_bridge.checkup.finding import Finding, good, mend, stop, unseen
from pos_bridge.checkup.user import engines_user
from pos_bridge.config import credentials, terminal_data
from pos_bridge.config.checks import named_files
from pos_bridge.config.file import load
from pos_bridge.config.settings import Config, ConfigError, is_credential
from pos_bridge.start_fault import StartFault
from pos_bridge.words import Words

FIT = good(
    "configuration",
    Words(
        "{file} et les fichiers qu'il nomme conviennent.",
        "{file} and the files that it names are fit.",
    ),
)
UNFIT = mend(
    "configuration",
    Words(
        "La configuration ne peut pas servir : {reason}. Le service qui tourne garde ce qu'il a lu; il ne "
        "redémarrerait pas. Corrigez, puis lancez `pos-bridge check`.",
        "The configuration cannot be used: {reason}. A running service keeps what it read; it would not start again. "
        "Mend it, then run `pos-bridge check`.",
    ),
)
NOT_READ = unseen(
    "configuration",
    Words(
        "La configuration n'a pas été vérifiée en entier : {reason}.",
        "The configuration was not checked as a whole: {reason}.",
    ),
)
NOT_HANDED_OUT = unseen(
    "configuration",
    Words(
        "Des secrets sont confiés par systemd au service qui tourne, et à lui seul : tant qu'il est arrêté, la "
        "configuration n'est pas vérifiée en entier et le processeur n'est pas appelé.",
        "Secrets are handed by systemd to the running service alone: while it is stopped the configuration is not "
        "checked as a whole, and the processor is not called.",
    ),
)
HALF_RESTORED = stop(
    "restore",
    Words(
        "Une restauration a commencé dans {folder} et n'est pas finie : le service n'y démarre pas. Relancez "
        "`pos-bridge restore` (docs/backup-and-restore.md).",
        "A restore began in {folder} and did not come to its end: the service does not start there. Run "
        "`pos-bridge restore` again (docs/backup-and-restore.md).",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    if lacks_credentials(config):
        yield NOT_HANDED_OUT()
    else:
        yield _judged(config)
    if config.is_half_restored:
        yield HALF_RESTORED(folder=str(config.state))


def lacks_credentials(config: Config) -> bool:
    """Whether it names credentials of the service's unit, and that does not run."""
    named = (config.path(text) for _, text, _ in named_files(config) if is_credential(text))
    return any(not path.parent.exists() for path in named)


def _judged(config: Config) -> Finding:
    try:
        read = load(config.file)
        credentials.load(read)
        terminal_data.check(read)
    except ConfigError as error:
        closed = error.fault is StartFault.FILE_CLOSED and os.geteuid() != engines_user(config).uid
        return (NOT_READ if closed else UNFIT)(reason=Words(error.to("fr"), error.to("en")))
    return FIT(file=str(config.file))
