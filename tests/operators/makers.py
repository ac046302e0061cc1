"""Somebody who may approve, in a store of their own."""

from pathlib import Path

from argon2 import PasswordHasher

from pos_bridge.domain.audit import Role
from pos_bridge.domain.operator import Operator
from pos_bridge.operators import password
from pos_bridge.operators.store import Operators

GOOD = "une girafe à vélo"


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
