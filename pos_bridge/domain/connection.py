"""The words for connections that should not be: which way they go, how far, and whose they are."""

from enum import Enum


class Way(Enum):
    """What a socket does."""

    OUTGOING = 1
    INCOMING = 2
    LISTENING = 3
    DATAGRAMS = 4
    RAW = 5


class Where(Enum):
    """How far away its other end is; of one that listens: who reaches it."""

    THIS_MACHINE = 1
    NEAR = 2
    FAR = 3
    ANYWHERE = 4


class Who(Enum):
    """Whose connections the firewall denies: of this program's users, and of whoever knocks at a door from outside."""

    ENGINE = 1
    ROOM = 2
    PAGE = 3
    GUARD = 4
    OUTSIDE = 5
