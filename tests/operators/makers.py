"""Somebody who may approve, in a store of their own; and a journal as far as an approval looks at it."""

from pathlib import Path

from argon2 import PasswordHasher

from pos_bridge.domain.audit import Role
from pos_bridge.domain.ledger import JournalHead
from pos_bridge.domain.operator import Operator
from pos_bridge.operators import password
from pos_bridge.operators.store import Operators

GOOD = "une girafe à vélo"


class Rows:
    """`kinds`: of the rows; the hash of each says which it is."""

    def __init__(self) -> None:
        self.kinds = ["sale"]

    def head(self) -> JournalHead:
        return JournalHead(len(self.kinds), len(self.kinds).to_bytes(32))

    async def cash_refunded_since(self, row: bytes) -> bool:
        return self.refunded_since(row)

    def refunded_since(self, row: bytes) -> bool:
        at = int.from_bytes(row)
        return not 1 <= at <= len(self.kinds) or "refund" in self.kinds[at:]


def supervisor(path: Path, number: int = 7) -> Operator:
    """As the store has them. Their password is hashed with the least of parameters: it is not what is tried."""
    true = password._HASHER
    password._HASHER = PasswordHasher(1, 64, 1, 32, 16)
    try:
        Operators(path).add(Operator(number, "Marie", frozenset({Role.SUPERVISOR})), GOOD)
    finally:
        password._HASHER = true
    found = Operators(path).find(number)
    assert found is not None
    return found
