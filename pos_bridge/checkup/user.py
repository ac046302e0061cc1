"""Whose the engine's files are, and what that user may change, by modes and owners alone."""

import os
import pwd
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pos_bridge.config.settings import Config


@dataclass(frozen=True, slots=True)
class User:
    """Whoever the engine runs as, by the owner of its state."""

    name: str
    uid: int
    groups: frozenset[int]

    def may_write(self, path: Path) -> bool:
        """By the path's mode and owner alone. Raises OSError where it is not there."""
        seen = path.stat()
        if self.uid == 0:
            return True
        if seen.st_uid == self.uid:  # a file's owner can give it any mode
            return True
        wanted = stat.S_IWGRP if seen.st_gid in self.groups else stat.S_IWOTH
        return bool(seen.st_mode & wanted)


def must_open(path: Path) -> None:
    """PermissionError where whoever asks may not read what is there.

    It opens nothing: a database's locks would go with the first descriptor of it that this process closes (fcntl(2)).
    """
    with suppress(FileNotFoundError):
        path.stat()  # of a link to nothing, too
        if not os.access(path, os.R_OK, effective_ids=True):
            raise PermissionError


def engines_user(config: Config) -> User:
    """The owner of the state's folder; before the engine's first start, whoever asks. PermissionError."""
    try:
        uid = config.state.stat().st_uid
    except FileNotFoundError:
        uid = os.geteuid()
    try:
        known = pwd.getpwuid(uid)
    except KeyError:  # a user of a container, or a dynamic one
        return User(str(uid), uid, frozenset())
    return User(known.pw_name, uid, frozenset(os.getgrouplist(known.pw_name, known.pw_gid)))
