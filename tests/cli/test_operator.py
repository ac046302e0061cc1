"""`pos-bridge operator` and `pos-bridge audit` on a till: passwords from a descriptor, nothing told of why not."""

import os
import sys
from datetime import date
from pathlib import Path

import pytest

from pos_bridge.cli.main import main
from pos_bridge.domain.audit import Act, Role
from pos_bridge.operators import password, store
from pos_bridge.operators.approvals import Approvals
from pos_bridge.operators.store import Operators
from pos_bridge.registers.trail_file import TrailFile, entries
from tests.config.documents import DOCUMENT, OPEN, SECRETS

GOOD = "une girafe à vélo"


@pytest.fixture
def till(tmp_path, monkeypatch):
    monkeypatch.setattr(password, "_HASHER", type(password._HASHER)(1, 64, 1, 32, 16))
    (tmp_path / "state").mkdir(mode=0o700)
    file = tmp_path / "pos-bridge.toml"
    file.write_text(DOCUMENT + "[operators]\n")
    for name in (*SECRETS, *OPEN):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600 if name in SECRETS else 0o644)
    return file


def run(till, *words: str, secret: str | None = None) -> int:
    arguments = [*words, "--config", str(till), "--lang", "en"]
    if secret is None:
        return main(arguments)
    out, into = os.pipe()
    os.write(into, secret.encode() + b"\nwhat another program reads")
    os.close(into)
    try:
        return main([*arguments, "--password-fd", str(out)])
    finally:
        os.close(out)


def added(till, number: str = "7", role: str = "supervisor") -> int:
    return run(till, "operator", "add", "--operator", number, "--name", "Marie", "--role", role, secret=GOOD)


def test_an_operators_life(till, capsys):
    assert added(till) == 0
    assert added(till) == 1, "taken"
    assert run(till, "operator", "roles", "--operator", "7", "--role", "it", "--role", "cashier") == 0
    assert run(till, "operator", "list") == 0
    assert "   7  Marie  cashier, it" in capsys.readouterr().out
    assert run(till, "operator", "password", "--operator", "7", secret="deux girafes à pied") == 0
    assert run(till, "operator", "remove", "--operator", "7") == 0
    assert run(till, "operator", "remove", "--operator", "7") == 1
    assert added(till) == 1, "never given again"


@pytest.mark.parametrize(
    "weak", ["court", "motdepasse12", "1234567890123", "Marie7Marie7", "aaaaaaaaaaaaaaa", "x" * 129]
)
def test_what_is_no_password(till, capsys, weak):
    assert run(till, "operator", "add", "--operator", "7", "--name", "Marie", "--role", "it", secret=weak) == 1
    assert weak not in "".join(capsys.readouterr())


@pytest.mark.parametrize("number", ["0", "10000", "\u0667", "7 ", "-1", "7e1", "' OR 1=1"])
def test_what_is_no_number(till, number):
    with pytest.raises(SystemExit):
        run(till, "operator", "remove", "--operator", number)


@pytest.mark.parametrize("amount", ["0", "0.00", "-1", "1e3", "\u0664\u0665.00", "45.0", "1000000", "45.000", "NaN"])
def test_what_is_no_amount(till, amount):
    assert added(till) == 0
    assert run(till, "operator", "approve-refund", "--operator", "7", f"--amount={amount}", secret=GOOD) == 1
    assert entries(till.parent / "state" / "audit.db") == ()


def test_a_role_that_nobody_has_is_told_with_those_that_there_are(till, capsys):
    with pytest.raises(SystemExit):
        run(till, "operator", "add", "--operator", "7", "--name", "Marie", "--role", "manager")
    assert "a role: cashier, supervisor, it or privacy" in " ".join(capsys.readouterr().err.split())


def test_a_supervisor_approves_and_it_is_in_the_trail(till, capsys):
    assert added(till) == 0
    assert run(till, "operator", "approve-refund", "--operator", "7", "--amount", "45,00", secret=GOOD) == 0
    approvals = Approvals(till.parent / "state" / "operators" / "operators.db")
    assert approvals.take(bytes(32), 45_01, bytes(32)) is None
    assert approvals.take(bytes(32), 45_00, bytes(32)) == 7
    assert "at most $45.00," in capsys.readouterr().out
    ((_, entry),) = entries(till.parent / "state" / "audit.db")
    assert (entry.act, entry.actor.role, entry.actor.operator) == (Act.APPROVE_REFUND, Role.SUPERVISOR, 7)
    capsys.readouterr()
    assert run(till, "audit", "verify") == 0
    assert run(till, "audit", "show") == 0
    assert "supervisor 7  refund without its sale approved" in capsys.readouterr().out


def test_nobody_else_approves_and_why_is_not_said(till, capsys, monkeypatch):
    monkeypatch.setattr(store, "FIRST_WAIT_S", 600)  # however busy the machine is
    assert added(till) == 0
    assert added(till, "8", "cashier") == 0
    told = []
    for number, secret in (("7", "un autre mot secret"), ("8", GOOD), ("9", GOOD)):
        capsys.readouterr()
        assert run(till, "operator", "approve-refund", "--operator", number, "--amount", "45", secret=secret) == 1
        told.append(capsys.readouterr().err)
    assert len(set(told)) == 1
    assert run(till, "operator", "approve-refund", "--operator", "7", "--amount", "45", secret=GOOD) == 1
    assert "Wait" in capsys.readouterr().err
    assert Approvals(till.parent / "state" / "operators" / "operators.db").take(bytes(32), 1, bytes(32)) is None


def test_who_is_removed_while_the_password_is_looked_at_has_approved_nothing(till, capsys, monkeypatch):
    assert added(till) == 0
    store_path, true = till.parent / "state" / "operators" / "operators.db", TrailFile.note

    def note(self, entry):
        Operators(store_path).remove(7, date(2026, 11, 23))
        true(self, entry)

    monkeypatch.setattr(TrailFile, "note", note)
    capsys.readouterr()
    assert run(till, "operator", "approve-refund", "--operator", "7", "--amount", "45", secret=GOOD) == 1
    said = capsys.readouterr()
    assert (said.out, "refused" in said.err) == ("", True)
    assert Approvals(store_path).take(bytes(32), 1, bytes(32)) is None


def test_a_damaged_trail_is_told(till, capsys):
    (till.parent / "state" / "audit.db").write_bytes(b"not a trail" * 100)
    assert run(till, "audit", "verify") == 1
    assert run(till, "audit", "show") == 1


def test_without_a_terminal_and_without_a_descriptor_nothing_is_read_from_words(till, monkeypatch):
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        before = os.dup(0)
        os.dup2(nothing.fileno(), 0)
        try:
            assert run(till, "operator", "add", "--operator", "7", "--name", "Marie", "--role", "it") == 1
        finally:
            os.dup2(before, 0)
            os.close(before)
    assert Operators(till.parent / "state" / "operators" / "operators.db").all() == ()
