"""Rooms that systemd starts, one for each connection, as on a till. The engine can ask for one and hang up, no more.

A room's user is then not the engine's, its files and network are its unit's, and no signal of ours reaches it.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from pos_bridge.cardlink.peer import peer_of
from pos_bridge.cardlink.room import Room

_ROOT = 0


class NotSystemdsError(OSError):
    """Somebody who is neither root nor this engine's own user listens in systemd's place."""


@dataclass(frozen=True, slots=True)
class RoomSocket:
    """A unix socket (SOCK_SEQPACKET) each connection to which is a new room's link."""

    path: Path

    def start(self) -> Room:
        """Raises OSError: nobody listens, too many rooms are asked for at once, or NotSystemdsError."""
        link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
        try:
            link.setblocking(False)  # noqa: FBT003 - its only argument
            link.connect(str(self.path))
            if peer_of(link).uid not in (_ROOT, os.geteuid()):
                raise NotSystemdsError
            return Room(link, None)
        except OSError:
            link.close()
            raise


@dataclass(frozen=True, slots=True)
class RoomSockets:
    """`stripe` for rooms that read stripes, `chip` for those that read chips; None where there is no such reader."""

    stripe: Path | None
    chip: Path | None

    def of(self, *, chips: bool) -> RoomSocket:
        """Raises ValueError for a kind of reader that has no socket."""
        path = self.chip if chips else self.stripe
        if path is None:
            raise ValueError("systemd hands out no rooms for such a reader")
        return RoomSocket(path)
