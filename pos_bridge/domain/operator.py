"""Who works with this till, as the operator store knows them. Never what anybody sold: no totals of a cashier."""

from dataclasses import dataclass, field

from pos_bridge.domain.audit import MAX_OPERATOR, Role

HELD = frozenset(Role) - {Role.SYSTEM}  # what a person can be


@dataclass(frozen=True, slots=True)
class Operator:
    """`number`: 1 to 9999. ValueError for no role, or for this program's.

    `standing`: another one after each change of this operator's password or roles, 32 bytes; empty where the store was
    not asked. Nobody learns either of it.
    """

    number: int
    name: str
    roles: frozenset[Role]
    standing: bytes = field(default=b"", compare=False, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.number <= MAX_OPERATOR or not self.name or not self.roles or not self.roles <= HELD:
            raise ValueError("an operator has a number from 1 to 9999, a name and a role")


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing was looked at: that number was tried too lately, whether there is such an operator or not."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Refused:
    """No such operator, or another password: which, is not said."""


Checked = Operator | Wait | Refused


class OperatorsUnusableError(Exception):
    """The operator store cannot be read or written: nobody is let in."""
