"""Who may read the keys and the records, and who may change what is believed: by modes and owners alone."""

import os
import stat
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from pos_bridge.checkup.finding import Finding, good, mend, stop
from pos_bridge.checkup.user import User, engines_user
from pos_bridge.config.checks import named_files
from pos_bridge.config.settings import Config, is_credential
from pos_bridge.words import Words

_OF_OTHERS = 0o077
_CHANGED_BY_OTHERS = 0o022
_OF_A_GROUP_BY_AN_ACL = 0o070  # of a credential: systemd lets the unit's user in by an ACL, whose mask stands there
_ROOT = 0

KEY_OPEN = stop(
    "key_file",
    Words(
        "{setting} : d'autres que le service peuvent lire ou changer {path}. Refermez-le (`chmod 0600 {path}`) et, si "
        "quelqu'un a pu le lire, remplacez cette clé : docs/certificates.md.",
        "{setting}: others than the service can read or change {path}. Close it (`chmod 0600 {path}`) and, if anybody "
        "may have read it, replace that key: docs/certificates.md.",
    ),
)
KEY_OF_ANOTHER = stop(
    "key_file",
    Words(
        "{setting} : {path} appartient à un autre utilisateur que le service ({user}) et root. Donnez-le au service "
        "(`chown {user} {path}`) et, si quelqu'un a pu le lire, remplacez cette clé : docs/certificates.md.",
        "{setting}: {path} belongs to a user other than the service ({user}) and root. Give it to the service: `chown "
        "{user} {path}`; if anybody may have read it, replace that key: docs/certificates.md.",
    ),
)
KEYS_CLOSED = good(
    "key_file",
    Words(
        "Les fichiers de clés ({count}) ne sont lisibles que par le service.",
        "The key files ({count}) can be read by the service alone.",
    ),
)
PINNED_OPEN = stop(
    "pinned_file",
    Words(
        "{setting} : d'autres utilisateurs peuvent changer {path}, ou le remplacer dans son dossier, donc décider à "
        "qui cette caisse fait confiance. `chown root:root` et `chmod go-w` pour le fichier et son dossier; comparez "
        "le contenu avec ce que le processeur vous a donné.",
        "{setting}: other users can change {path}, or replace it in its folder, and so decide whom this till trusts. "
        "`chown root:root` and `chmod go-w` for the file and its folder; compare the content with what the processor "
        "gave you.",
    ),
)
PINNED_CLOSED = good(
    "pinned_file",
    Words(
        "Les fichiers auxquels cette caisse fait confiance ({count}) ne sont changés ni remplacés par d'autres.",
        "The files that this till trusts ({count}) can be changed or replaced by nobody else.",
    ),
)
STATE_OPEN = mend(
    "state_folder",
    Words(
        "`till.state_dir` : d'autres utilisateurs entrent dans {path} ou en lisent des fichiers ({count}, dont "
        "{name}). `chmod 0700 {path}` et `chmod go-rwx` pour ces fichiers.",
        "`till.state_dir`: other users get into {path} or read files of it ({count}, {name} among them). `chmod 0700 "
        "{path}` and `chmod go-rwx` for those files.",
    ),
)
STATE_OF_ANOTHER = mend(
    "state_folder",
    Words(
        "`till.state_dir` : des fichiers de {path} ({count}, dont {name}) n'appartiennent pas au service ({user}) : "
        "il ne pourra pas les écrire. `chown -R {user}: {path}`.",
        "`till.state_dir`: files in {path} ({count}, {name} among them) do not belong to the service ({user}): it "
        "cannot write them. `chown -R {user}: {path}`.",
    ),
)
STATE_CLOSED = good(
    "state_folder",
    Words(
        "`till.state_dir` : {path} est fermé aux autres utilisateurs.",
        "`till.state_dir`: {path} is closed to other users.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    user = engines_user(config)
    yield from _keys(config, user)
    yield from _pinned(config, user)
    if config.state.is_dir():
        yield from _state(config.state, user)


def _keys(config: Config, user: User) -> Iterator[Finding]:
    closed, open_ = 0, False
    for setting, text, secret in named_files(config):
        path = config.path(text)
        if not secret or not path.exists():
            continue
        seen = path.stat()
        allowed = _OF_A_GROUP_BY_AN_ACL if is_credential(text) else 0
        if seen.st_mode & _OF_OTHERS & ~allowed:
            open_ = True
            yield KEY_OPEN(setting=setting, path=str(path))
        elif seen.st_uid not in {user.uid, _ROOT}:
            open_ = True
            yield KEY_OF_ANOTHER(setting=setting, path=str(path), user=user.name)
        else:
            closed += 1
    if closed and not open_:
        yield KEYS_CLOSED(count=str(closed))


def _pinned(config: Config, user: User) -> Iterator[Finding]:
    """What the card room believes is looked at more strictly beside this (believed_files.py)."""
    closed, open_ = 0, False
    for setting, text, secret in (*named_files(config), ("nexo.authority", config.nexo.authority, False)):
        path = config.path(text)
        if secret or not path.exists():
            continue
        if any(_is_changed_by_others(each, user) for each in (path, path.resolve().parent)):
            open_ = True
            yield PINNED_OPEN(setting=setting, path=str(path))
        else:
            closed += 1
    if closed and not open_:
        yield PINNED_CLOSED(count=str(closed))


def _is_changed_by_others(path: Path, user: User) -> bool:
    seen = path.stat()
    if stat.S_ISDIR(seen.st_mode) and seen.st_mode & stat.S_ISVTX:  # there nobody replaces a file of another's
        return False
    return bool(seen.st_mode & _CHANGED_BY_OTHERS) or seen.st_uid not in {user.uid, _ROOT}


def _state(folder: Path, user: User) -> Iterator[Finding]:
    """Others do not get through a closed folder, whatever lies in it; the service must own what it is to write."""
    at = {"path": str(folder)}
    found = (Path(inside, name) for inside, *both in os.walk(folder, onerror=_allowed) for name in chain(*both))
    everything = [folder, *(path for path in found if not path.is_symlink())]
    seen = [(path, status) for path in everything if (status := _status(path)) is not None]
    open_ = [path for path, status in seen if status.st_mode & _OF_OTHERS]
    foreign = [path for path, status in seen if status.st_uid != user.uid]
    if folder in open_:
        yield STATE_OPEN(**at, count=str(len(open_)), name=open_[0].name)
    if foreign:
        yield STATE_OF_ANOTHER(**at, count=str(len(foreign)), name=foreign[0].name, user=user.name)
    if folder not in open_ and not foreign:
        yield STATE_CLOSED(**at)


def _allowed(error: OSError) -> None:
    """A folder that may not be listed is not an empty one."""
    if isinstance(error, PermissionError):
        raise error


def _status(path: Path) -> os.stat_result | None:
    """None for what went meanwhile: a running engine makes files and takes them away."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None
