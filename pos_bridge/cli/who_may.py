"""Who may run each command: deny by default, one table; a command that is not in it fails the build.

The kernel decides who is root, who the engine's user is, and who reads its files. Of a PROVEN act whoever acts types a
number and a password besides.
"""

from enum import Enum, auto


class Who(Enum):
    ANYBODY = auto()  # reads what everybody may, or makes what is the asker's own
    ENGINE = auto()  # the engine's user, and root for it: its files are theirs alone
    ROOT = auto()
    PROVEN = auto()  # an operator in a role that may (domain.audit.MAY), as one of the above; or over the
    # administration socket, from a group in `admin.counter` (admin.calls.MAY)


COMMANDS: dict[str, Who] = {
    "run": Who.ENGINE,
    "page": Who.ENGINE,
    "check": Who.ENGINE,
    "doctor": Who.ENGINE,
    "status": Who.ENGINE,
    "evidence": Who.ENGINE,
    "journal": Who.ENGINE,
    "explain": Who.ENGINE,
    "person": Who.ENGINE,
    "incident": Who.ENGINE,
    "operator": Who.ENGINE,
    "audit": Who.ENGINE,
    "day-end": Who.ENGINE,
    "statistics": Who.ENGINE,
    "decide": Who.ENGINE,
    "quarantine": Who.ENGINE,
    "backup": Who.ENGINE,
    "restore": Who.ENGINE,
    "certificate": Who.ENGINE,
    "enrol": Who.ENGINE,
    "setup": Who.ROOT,
    "firewall": Who.ROOT,
    "receipt": Who.ANYBODY,
    "conformance": Who.ANYBODY,
}
ACTS_OF_OPERATORS: dict[str, Who] = {
    "add": Who.ENGINE,
    "list": Who.ENGINE,
    "roles": Who.ENGINE,
    "password": Who.ENGINE,
    "remove": Who.ENGINE,
    "approve-refund": Who.PROVEN,
}
