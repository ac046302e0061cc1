"""How far a till's journal and the processor's memory of it can be trusted together."""

from enum import Enum


class Trust(Enum):
    """What the newest session said. Only a trusted one moves money; else legs are looked up, and a person decides."""

    UNKNOWN = "unknown"  # no session was opened since the start
    TRUSTED = "trusted"  # every journal row that the processor saw is a row of ours
    ROLLED_BACK = "rolled_back"  # it saw rows that this journal does not have: a restored backup, or a second daemon
