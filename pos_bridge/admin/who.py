"""Who asks: what the kernel says of the other end, and what this machine's own list of groups makes of that user.

The list is read when somebody asks, so whoever was taken out of a group is out of it from the next call on.
"""

import asyncio
import grp
import os
import pwd
from concurrent.futures import ThreadPoolExecutor
from enum import Enum

from pos_bridge.config.upkeep import Admin

ROOT = 0


class Who(Enum):
    """As what somebody asks. A user may be several, or nobody."""

    IT = "it"
    PRIVACY = "privacy"
    PAGE = "page"  # the program that shows the status page
    COUNTER = "counter"  # whoever stands at the till: asks for a supervisor, whose password goes with it


class Doorkeeper:
    """Looks users up on a thread of its own: a directory far away may take its time, and no payment waits for it."""

    def __init__(self, settings: Admin) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, "admin")

    async def roles(self, uid: int) -> frozenset[Who]:
        """Of this user, now. Nobody's where the list cannot be read."""
        if uid == ROOT:
            return frozenset({Who.IT})
        return await asyncio.get_running_loop().run_in_executor(self._thread, roles, self._settings, uid)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def roles(settings: Admin, uid: int) -> frozenset[Who]:
    """Blocking. Of a user that this machine does not know: none, whatever its number was once."""
    if uid == ROOT:
        return frozenset({Who.IT})
    try:
        user = pwd.getpwuid(uid)
        groups = frozenset(os.getgrouplist(user.pw_name, user.pw_gid))
    except (KeyError, OSError):
        return frozenset()
    asked = {Who.IT: settings.it, Who.PRIVACY: settings.privacy, Who.COUNTER: settings.counter}
    found = {who for who, named in asked.items() if _numbers(named) & groups}
    if settings.page is not None and settings.page == user.pw_name:
        found.add(Who.PAGE)
    return frozenset(found)


def _numbers(names: tuple[str, ...]) -> frozenset[int]:
    found = set()
    for name in names:
        try:
            found.add(grp.getgrnam(name).gr_gid)
        except (KeyError, OSError):
            continue  # a group that is not there has no members
    return frozenset(found)
