"""Somebody is at the page, or about to be, and is removed, or is IT no more: what they see next is the login."""

from collections.abc import Callable
from datetime import date
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher

from pos_bridge.domain.audit import Role
from pos_bridge.domain.operator import Operator
from pos_bridge.operators import password
from pos_bridge.operators.schema import Door
from pos_bridge.operators.store import Operators
from pos_bridge.page.session import Sessions
from pos_bridge.page.site import SESSION, Site
from tests.page.visitor import Visitor, went

GOOD = "une girafe à vélo"
CHANGES: dict[str, Callable[[Operators], bool]] = {
    "removed": lambda it: it.remove(7, date(2026, 11, 23)),
    "IT no more": lambda it: it.set_roles(7, frozenset({Role.SUPERVISOR})),
    "more than IT": lambda it: it.set_roles(7, frozenset({Role.IT, Role.SUPERVISOR})),
    "another password": lambda it: it.set_password(7, "deux girafes à pied"),
}


@pytest.fixture
def operators(tmp_path, monkeypatch):
    monkeypatch.setattr(password, "_HASHER", PasswordHasher(1, 64, 1, 32, 16))
    operators = Operators(tmp_path / "operators.db", door=Door.PAGE)
    operators.add(Operator(7, "Ines", frozenset({Role.IT})), GOOD)
    return operators


@pytest.fixture
def visitor(operators):
    visitor = Visitor()
    visitor.site.close()
    visitor.site = Site(operators, visitor.told, Sessions(lambda: 0.0), "fr")
    yield visitor
    visitor.site.close()


@pytest.mark.parametrize("change", CHANGES)
def test_while_they_are_in(operators, visitor, change):
    assert went(visitor.log_in(7, quote(GOOD))) == "/fr/"
    assert visitor.ask("GET", "/fr/").status == 200
    assert CHANGES[change](operators)
    for path in ("/fr/", "/fr/findings"):
        assert went(visitor.ask("GET", path)) == "/fr/login"


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("looked", ["before", "behind"])
def test_while_their_password_is_looked_at(operators, visitor, monkeypatch, change, looked):
    """The old password opens no session that lasts, however the change falls."""
    true, begun = operators.check, []

    def check(number: int, typed: str) -> object:
        if looked == "behind":
            found = true(number, typed)
        begun.append(CHANGES[change](operators))
        return found if looked == "behind" else true(number, typed)

    monkeypatch.setattr(operators, "check", check)
    visitor.log_in(7, quote(GOOD))
    assert begun == [True]
    assert went(visitor.ask("GET", "/fr/")) == "/fr/login"
    assert SESSION not in visitor.cookies or visitor.ask("GET", "/fr/findings").status != 200
