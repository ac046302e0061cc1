"""The two users of this product: there, apart from each other, and nobody's to log in as.

What each may be a member of is what pos_bridge/system/sysusers.conf gives; a test compares. Reads the system's tables
of users and groups.
"""

import grp
import pwd
from collections.abc import Callable, Iterator
from pathlib import Path

from pos_bridge.checkup.finding import Finding, good, mend, note, stop
from pos_bridge.config.settings import Config
from pos_bridge.words import Words

NOT_INSTALLED = note(
    "users",
    Words(
        "Sans `card_room.socket`, le service et les chambres des cartes sont du même utilisateur : pour la simulation "
        "et le développement (docs/install-on-a-till.md).",
        "Without `card_room.socket` the engine and its card rooms are of one user: for simulation and development "
        "(docs/install-on-a-till.md).",
    ),
)
MISSING = mend(
    "users",
    Words(
        "L'utilisateur {user} n'existe pas : `systemd-sysusers`, ou réinstallez le paquet.",
        "There is no user {user}: `systemd-sysusers`, or install the package again.",
    ),
)
ONE = stop(
    "users",
    Words(
        "{user} et {other} sont le même utilisateur ({uid}) : le service pourrait lire les cartes. Réinstallez le "
        "paquet.",
        "{user} and {other} are one user ({uid}): the engine could read cards. Install the package again.",
    ),
)
ROOT_USER = stop(
    "users",
    Words(
        "{user} est root : tous les verrous dépendent de lui. Réinstallez le paquet.",
        "{user} is root: every lock depends on it. Install the package again.",
    ),
)
LOGS_IN = mend(
    "users",
    Words(
        "{user} peut ouvrir une session ({shell}). `usermod --shell /usr/sbin/nologin {user}`.",
        "{user} can log in ({shell}). `usermod --shell /usr/sbin/nologin {user}`.",
    ),
)
MEMBER = mend(
    "users",
    Words(
        "{user} est du groupe {group}, qui n'est pas des siens. `gpasswd --delete {user} {group}`, puis redémarrez le "
        "service.",
        "{user} is in the group {group}, which is none of its own. `gpasswd --delete {user} {group}`, then restart the "
        "service.",
    ),
)
APART = good(
    "users",
    Words(
        "{user} et {other} sont deux utilisateurs, sans session ni groupe de trop.",
        "{user} and {other} are two users, without a login and without a group too many.",
    ),
)

ENGINE, ROOM = "posb", "posb-card"
GROUPS = {ENGINE: frozenset({ENGINE}), ROOM: frozenset({ROOM, "dialout"})}
_NO_LOGIN = frozenset({"nologin", "false"})

Known = Callable[[str], pwd.struct_passwd | None]
Groups = Callable[[pwd.struct_passwd], frozenset[str]]


def look(config: Config) -> Iterator[Finding]:
    if config.card_room.socket is None and config.card_room.chip_socket is None:
        yield NOT_INSTALLED()
    else:
        yield from look_at(known, groups_of)


def look_at(find: Known, groups: Groups) -> Iterator[Finding]:
    found = [*_users(find, groups)]
    yield from found or [APART(user=ENGINE, other=ROOM)]


def _users(find: Known, groups: Groups) -> Iterator[Finding]:
    users = {name: find(name) for name in GROUPS}
    for name, user in users.items():
        if user is None:
            yield MISSING(user=name)
            continue
        if user.pw_uid == 0:
            yield ROOT_USER(user=name)
        if Path(user.pw_shell).name not in _NO_LOGIN:  # an empty one is a shell, too
            yield LOGS_IN(user=name, shell=user.pw_shell or "/bin/sh")
        for group in sorted(groups(user) - GROUPS[name]):
            yield MEMBER(user=name, group=group)
    engine, room = users[ENGINE], users[ROOM]
    if engine is not None and room is not None and engine.pw_uid == room.pw_uid:
        yield ONE(user=ENGINE, other=ROOM, uid=str(engine.pw_uid))


def known(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def groups_of(user: pwd.struct_passwd) -> frozenset[str]:
    """By name; by number where a group has none."""
    primary = _group_name(user.pw_gid)
    return frozenset({primary, *(group.gr_name for group in grp.getgrall() if user.pw_name in group.gr_mem)})


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
