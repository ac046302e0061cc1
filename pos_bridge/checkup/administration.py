"""Whom of this machine `[admin]` lets ask the running engine: each group and user that it names has to be there.

The engine asks the machine's list at each call, and says nothing of one that is not there: it has no members.
"""

import grp
import pwd
from collections.abc import Callable, Iterator

from pos_bridge.checkup.finding import Finding, good, mend
from pos_bridge.config.settings import Config
from pos_bridge.words import Words

GROUP_MISSING = mend(
    "admin",
    Words(
        "{setting} : il n'y a pas de groupe {group} sur cette machine, et personne n'en est. `groupadd --system "
        "{group}`, puis ses membres (`usermod --append --groups {group} UTILISATEUR`); ou corrigez le nom.",
        "{setting}: there is no group {group} on this machine, and nobody is in it. `groupadd --system {group}`, then "
        "its members (`usermod --append --groups {group} USER`); or mend the name.",
    ),
)
USER_MISSING = mend(
    "admin",
    Words(
        "{setting} : il n'y a pas d'utilisateur {user} sur cette machine. Corrigez le nom (docs/status-page.md).",
        "{setting}: there is no user {user} on this machine. Mend the name (docs/status-page.md).",
    ),
)
THERE = good(
    "admin",
    Words(
        "Chaque groupe et utilisateur que [admin] nomme existe sur cette machine.",
        "Each group and user that [admin] names is on this machine.",
    ),
)


def look(config: Config) -> Iterator[Finding]:
    admin = config.admin
    if admin is None:
        return
    missing = [
        GROUP_MISSING(setting=f"admin.{setting}", group=group)
        for setting, groups in (("it", admin.it), ("privacy", admin.privacy), ("counter", admin.counter))
        for group in groups
        if not _is_there(grp.getgrnam, group)
    ]
    if admin.page is not None and not _is_there(pwd.getpwnam, admin.page):
        missing.append(USER_MISSING(setting="admin.page", user=admin.page))
    yield from missing or [THERE()]


def _is_there(find: Callable[[str], object], name: str) -> bool:
    try:
        find(name)
    except KeyError:
        return False
    return True
