"""What the simulated enrolment server can do wrong."""

from enum import Enum


class Fault(Enum):
    NONE = "none"
    REFUSE = "refuse"
    LATER = "later"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    OTHER_CA = "other-ca"
    OTHER_ISSUER = "other-issuer"
    OTHER_KEY = "other-key"
    OTHER_NAME = "other-name"
    SERVER_USE = "server-use"
    HALF = "half"
    NOISE = "noise"
    CLOCK_AHEAD = "clock-ahead"
    CLOCK_BEHIND = "clock-behind"


SAYS = {
    Fault.NONE: "does all as it should (the normal mode)",
    Fault.REFUSE: "says no to every request (403)",
    Fault.LATER: "wants somebody to agree first (202)",
    Fault.EXPIRED: "issues certificates that have ended",
    Fault.NOT_YET: "issues certificates that begin tomorrow",
    Fault.OTHER_CA: "says that another authority is its own",
    Fault.OTHER_ISSUER: "issues by another authority",
    Fault.OTHER_KEY: "issues for another key",
    Fault.OTHER_NAME: "issues for another till",
    Fault.SERVER_USE: "issues certificates of a server",
    Fault.HALF: "breaks its answers off in the middle; what it issued counts as issued",
    Fault.NOISE: "answers with something else",
    Fault.CLOCK_AHEAD: "its clock is an hour ahead",
    Fault.CLOCK_BEHIND: "its clock is an hour behind",
}
