"""The ledger of erasures and its copy off this till, without which no backup can bring persons back."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

from pos_bridge.checkup.finding import Finding, good, mend, stop
from pos_bridge.checkup.user import engines_user
from pos_bridge.config.settings import Config
from pos_bridge.identity.ledger import Entries, parse
from pos_bridge.identity.ledger_file import NAME
from pos_bridge.words import Words

_WITHIN_S = 3.0  # a share answers in less, or is not there

NO_COPY = mend(
    "erasures_copy",
    Words(
        "`identity.erasures_copy` manque : si cette caisse se perd, une sauvegarde ne peut plus ramener personne sans "
        "risquer de ramener qui a été effacé. Nommez un fichier hors de cette caisse (docs/configuration.md).",
        "`identity.erasures_copy` is missing: if this till is lost, no backup can bring persons back, for it might "
        "bring back who was erased. Name a file off this till (docs/configuration.md).",
    ),
)
COPY_HERE = mend(
    "erasures_copy",
    Words(
        "`identity.erasures_copy` : {path} est sur le même disque que la caisse, et se perdrait avec elle. Nommez un "
        "fichier sur un partage ou une clé USB.",
        "`identity.erasures_copy`: {path} is on the till's own disk, and would be lost with it. Name a file on a "
        "share or a stick.",
    ),
)
COPY_UNREACHED = mend(
    "erasures_copy",
    Words(
        "`identity.erasures_copy` : {path} n'est pas atteint; les effacements ne sont pas confirmés tant que c'est "
        "ainsi. Le partage est-il monté? Le fichier est-il lisible?",
        "`identity.erasures_copy`: {path} is not reached; no erasure is acknowledged while that is so. Is the share "
        "mounted? Can the file be read?",
    ),
)
COPY_OF_ANOTHER = stop(
    "erasures_copy",
    Words(
        "`identity.erasures_copy` : {path} dit autre chose que le registre de cette caisse. Deux caisses se "
        "partagent-elles ce fichier? À chacune le sien. Sinon l'état de cette caisse vient d'une vieille sauvegarde, "
        "et qui a été effacé peut y être : docs/backup-and-restore.md.",
        "`identity.erasures_copy`: {path} says something else than this till's ledger. Do two tills share that file? "
        "Each needs its own. If not, this till's state is from an old backup, and who was erased may be in it: "
        "docs/backup-and-restore.md.",
    ),
)
COPIES_OWED = mend(
    "erasures_copy",
    Words(
        "Effacements qui ne sont pas encore dans {path} : {count}. Le service les y inscrit dès qu'il peut y écrire; "
        "regardez les droits et la place sur ce partage.",
        "Erasures that are not in {path} yet: {count}. The service enters them as soon as it can write there; look at "
        "the rights and the room on that share.",
    ),
)
COPY_WHOLE = good(
    "erasures_copy",
    Words(
        "La copie du registre des effacements est à jour.",
        "The copy of the ledger of erasures is up to date.",
    ),
)
LEDGER_DAMAGED = stop(
    "erasures",
    Words(
        "{path} : le registre des effacements a été changé : le coffre ne s'ouvre plus. Remettez-le depuis sa copie "
        "(docs/backup-and-restore.md).",
        "{path}: the ledger of erasures was changed: the vault does not open any more. Restore it from its copy "
        "(docs/backup-and-restore.md).",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    if config.identity is None:
        return
    path, copy = config.state / NAME, config.erasures_copy
    try:
        ours = _read(path)
    except ValueError:
        yield LEDGER_DAMAGED(path=str(path))
        return
    if copy is None:
        yield NO_COPY()
        return
    found = _within(copy)
    if isinstance(found, PermissionError) and os.geteuid() != engines_user(config).uid:
        raise found
    if found is None or isinstance(found, PermissionError):
        yield COPY_UNREACHED(path=str(copy))
        return
    there, device = found
    owed = None if there is None else _owed(ours, there)
    if owed is None:
        yield COPY_OF_ANOTHER(path=str(copy))
    elif owed:
        yield COPIES_OWED(path=str(copy), count=str(owed))
    elif config.state.exists() and device == config.state.stat().st_dev:
        yield COPY_HERE(path=str(copy))
    else:
        yield COPY_WHOLE()


def _owed(ours: Entries, theirs: Entries) -> int | None:
    """How many are missing there. None: it is another ledger's copy. One that is ahead is taken from by the service."""
    if ours.has(theirs.head):
        return ours.head.count - theirs.head.count
    return 0 if theirs.has(ours.head) else None


def _read(path: Path) -> Entries:
    """Nothing yet where there is no file. Raises OSError; ValueError for what is no ledger."""
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        return Entries()


def _within(copy: Path) -> tuple[Entries | None, int] | PermissionError | None:
    """What the copy says (None: it is no ledger), and its disk. None: not reached, or not in time."""
    found: list[tuple[Entries | None, int] | PermissionError] = []

    def reach() -> None:
        try:
            device = copy.parent.stat().st_dev
            try:
                found.append((_read(copy), device))
            except ValueError:
                found.append((None, device))
        except PermissionError as denied:
            found.append(denied)
        except OSError:
            return

    reaching = Thread(target=reach, name="erasures-copy", daemon=True)  # a share that hangs is not waited for
    reaching.start()
    reaching.join(_WITHIN_S)
    return found[0] if found else None
