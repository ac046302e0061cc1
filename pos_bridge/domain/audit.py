"""Who did what with a person's data, and why: no content, to the day."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from pos_bridge.domain.identity import Purpose
from pos_bridge.domain.person import PersonFault

MAX_OPERATOR = 9999


class Role(Enum):
    CASHIER = 1
    SUPERVISOR = 2
    IT = 3
    PRIVACY_OFFICER = 4
    SYSTEM = 5  # this program, by itself: retention


class Act(Enum):
    ENROL = 1
    DELIVER = 2
    READ = 3
    ACCESS = 4
    RECTIFY = 5
    WITHDRAW = 6
    ERASE = 7
    REQUEST = 8
    REFUSE = 9
    LIST_DUE = 10
    RETAIN = 11
    PROVE = 12  # what somebody who is gone had agreed to
    APPROVE_REFUND = 13  # of cash, without the sale that it is of; how much is nowhere


# Deny by default: an act that is not here is nobody's (a test wants every act here).
MAY: dict[Act, frozenset[Role]] = {
    Act.ENROL: frozenset({Role.CASHIER, Role.SUPERVISOR}),
    Act.DELIVER: frozenset({Role.CASHIER, Role.SUPERVISOR}),
    Act.READ: frozenset({Role.CASHIER, Role.SUPERVISOR, Role.PRIVACY_OFFICER}),
    Act.ACCESS: frozenset({Role.PRIVACY_OFFICER}),
    Act.RECTIFY: frozenset({Role.SUPERVISOR, Role.PRIVACY_OFFICER}),
    Act.WITHDRAW: frozenset({Role.CASHIER, Role.SUPERVISOR, Role.PRIVACY_OFFICER}),
    Act.ERASE: frozenset({Role.PRIVACY_OFFICER}),
    Act.REQUEST: frozenset({Role.SUPERVISOR, Role.PRIVACY_OFFICER}),
    Act.REFUSE: frozenset({Role.PRIVACY_OFFICER}),
    Act.LIST_DUE: frozenset({Role.PRIVACY_OFFICER}),
    Act.RETAIN: frozenset({Role.SYSTEM}),
    Act.PROVE: frozenset({Role.PRIVACY_OFFICER}),
    Act.APPROVE_REFUND: frozenset({Role.SUPERVISOR}),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """`operator`: the shop's number of whoever acts, 1 to 9999; 0 for this program."""

    role: Role
    operator: int

    def __post_init__(self) -> None:
        if not 0 <= self.operator <= MAX_OPERATOR or (self.operator == 0) is not (self.role is Role.SYSTEM):
            raise ValueError("an operator has a number from 1 to 9999")


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """`person`: the vault's random id (32 bytes; None: of nobody, or of several). `refused`: it was not done."""

    day: date
    actor: Actor
    act: Act
    purpose: Purpose | None = None
    person: bytes | None = None
    refused: PersonFault | None = None


class TrailUnwritableError(Exception):
    """The audit trail takes nothing: no act that must be in it is done."""
