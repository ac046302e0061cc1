"""A supervisor at the counter who is neither root nor the engine's user: a real engine asked by real other users.

Where whoever runs the tests is not root, nobody can become somebody else.
"""

import json
import os
import pwd
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import pytest

from hw_sim.unix_path import short_address
from pos_bridge.domain.audit import Act, Actor, Role
from pos_bridge.domain.operator import Operator
from pos_bridge.operators.store import Operators
from pos_bridge.registers.trail_file import entries
from tests.stores import whole_store
from tests.surfaces.book import Book, until
from tests.surfaces.engine import changed, engine
from tests.surfaces.memory import Memory

GOOD, WRONG = "une girafe à vélo", "un autre mot secret"
COUNTER, OTHER = "daemon", "nobody"  # users of every Linux; of the first there is a group with its name
# As root it loads what an ordinary user of this machine may not get at; then it is that user's command.
AS_USER = """
import os, pwd, shutil, sys
from pos_bridge.cli import main, operator
user = pwd.getpwnam(sys.argv[1])
os.initgroups(user.pw_name, user.pw_gid)
os.setgid(user.pw_gid)
os.setuid(user.pw_uid)
sys.exit(main.main(sys.argv[2:]))
"""
ALONE = os.geteuid() != 0  # nobody else's command can be run


class Shop:
    """`config`: what the commands read; the folders as on an installed till: settings for all, the state for one."""

    def __init__(self, book: Book, config: Path) -> None:
        self.book = book
        self.config = config
        self.state = config.parent / "state"

    def approves(self, user: str, number: int, typed: str = GOOD, *, lang: str = "en") -> tuple[int, str]:
        """The command's code, and all that it said."""
        words = ["approve-refund", "--operator", f"{number}", "--amount", "45.00", "--lang", lang]
        return self.says(user, *words, typed=typed)

    def says(self, user: str, *words: str, typed: str = "") -> tuple[int, str]:
        command = [sys.executable, "-B", "-P", "-c", AS_USER, user, "operator", *words, "--config", str(self.config)]
        done = subprocess.run(command, input=typed + "\n", capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def noted(self) -> list[Actor]:
        """Who approved, by the trail: the engine writes rows of its own there, too."""
        found = (entry for _, entry in entries(self.state / "audit.db"))
        return [entry.actor for entry in found if entry.act is Act.APPROVE_REFUND]

    def refunds(self) -> bool:
        return self.book.till.refund("45.00", cash=True).result == "Success"


@pytest.fixture(name="shop", scope="module")
def one_shop() -> Iterator[Shop]:
    """A store whose own engine is off: a test runs one."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="counter-")))
        store = stack.enter_context(whole_store(folder / "store", "--answer-timeout", "1"))
        book = Book(store)
        store.do("engine", "kill")
        first = Path(store.facts["config"])
        admin = f'[operators]\n[admin]\nsocket = "admin/admin.sock"\ncounter = ["no-such-group", "{COUNTER}"]\n\n'
        config = changed(first, "counter", ("[log]", f"{admin}[log]"))
        (config.parent / "admin").mkdir(mode=0o755)
        for opened in (config, *(each for each in config.parents if each.is_relative_to(folder))):
            opened.chmod(0o644 if opened.is_file() else 0o755)
        shop = Shop(book, config)
        shop.state.chmod(0o700)
        operators = Operators(shop.state / "operators" / "operators.db")
        for number, role in ((7, Role.SUPERVISOR), (8, Role.CASHIER), (9, Role.SUPERVISOR)):
            operators.add(Operator(number, "Marie", frozenset({role})), GOOD)
        yield shop


def test_an_ordinary_user_approves_one_refund_and_their_password_is_nowhere(shop: Shop):
    if ALONE:
        return
    with engine(shop.config) as running:
        memory = Memory(running.process.pid)
        assert shop.book.till.login().result == "Success"
        assert not shop.refunds()
        assert shop.approves(COUNTER, 7) == (
            0,
            "Approved: one refund of at most $45.00, within 5 minutes, at this till.\n",
        )
        until(partial(is_without, memory, GOOD))
        assert shop.refunds()
        assert not shop.refunds()
        assert shop.noted() == [Actor(Role.SUPERVISOR, 7)]
        running.terminate()
        ended = running.end()
        assert (ended.code, ended.said) == (0, [])
    files = [path for path in shop.config.parent.rglob("*") if path.is_file()]
    assert [path.name for path in files if GOOD.encode() in path.read_bytes()] == []


def test_who_may_not_is_told_what_to_do_and_nothing_is_approved(shop: Shop):
    if ALONE:
        return
    before = shop.noted()
    with engine(shop.config) as running:
        assert shop.book.till.login().result == "Success"
        refused = "Number or password refused, or a role that may not.\n"
        assert shop.approves(COUNTER, 8) == (1, refused), "a cashier"
        assert shop.approves(COUNTER, 4242) == (1, refused), "nobody"
        assert shop.approves(COUNTER, 9, WRONG) == (1, refused)
        until(lambda: "Wait" in shop.approves(COUNTER, 9, WRONG)[1])
        code, said = shop.approves(OTHER, 7)
        assert (code, said.count("\n")) == (1, 1)
        assert "usermod --append --groups no-such-group nobody" in said
        code, said = shop.approves(OTHER, 7, lang="fr")
        assert (code, said.count("\n")) == (1, 1)
        assert "n'est d'aucun groupe de admin.counter" in said
        for user in (COUNTER, OTHER):
            code, said = shop.says(user, "list", "--lang", "en")
            assert (code, said.count("\n")) == (1, 1)
            assert "This is run by root" in said
        assert not shop.refunds()
        assert shop.noted() == before
        assert shop.approves("root", 9)[0] == 0, "who failed at the counter's door keeps root's open"
        assert shop.refunds()
        running.terminate()
        assert running.end().code == 0


def line(typed: str, **more: object) -> bytes:
    fields = {"operator": 5000, "password": typed, "cents": 45_00} | more
    return json.dumps({"call": "approve_refund", "fields": fields}, ensure_ascii=False).encode() + b"\n"


# What is sent besides a whole line, and which answer it has.
SENT: dict[str, tuple[Callable[[str], bytes], bytes]] = {
    "wrong": (line, b'{"done":{"answer":"refused"}}\n'),
    "soon after it": (line, b'{"done":{"answer":'),  # to wait, unless this machine took as long to look at its memory
    "a field too many": (lambda typed: line(typed, more=1), b'{"fault":"unreadable"}\n'),
    "an amount that is none": (lambda typed: line(typed, cents=typed), b'{"fault":"unreadable"}\n'),
    "no JSON": (lambda typed: line(typed)[:-2] + b"\n", b'{"fault":"unreadable"}\n'),
    "as the call": (lambda typed: line(typed).replace(b"approve_refund", typed.encode()), b'{"fault":"unreadable"}\n'),
    "half": (lambda typed: line(typed)[:-3], b""),
    "without end": (lambda typed: line(typed)[:-1] + b" " * 70_000, b'{"fault":"unreadable"}\n'),
    "long": (lambda typed: line(typed * 30, operator=5001), b'{"done":{"answer":"refused"}}\n'),
}


UNREAD = {"no JSON", "as the call", "half", "without end"}


@pytest.mark.parametrize("user", [COUNTER, OTHER])
def test_whatever_becomes_of_a_password_the_engine_keeps_none(shop: Shop, user: str):
    """Who is in no group is denied what the engine could read, with the same words."""
    if ALONE:
        return
    with engine(shop.config) as running:
        memory = Memory(running.process.pid)
        for case, (made, answer) in SENT.items():
            typed = secrets.token_hex(12)
            told = sent_by(shop, user, made(typed))
            denied = user == OTHER and case not in UNREAD
            assert told.startswith(b'{"fault":"denied"}\n' if denied else answer), case
            until(partial(is_without, memory, typed))
        running.terminate()
        ended = running.end()
        assert (ended.code, ended.said) == (0, [])


def is_without(memory: Memory, typed: str) -> bool:
    return not memory.holds(typed)


def sent_by(shop: Shop, user: str, data: bytes) -> bytes:
    """What comes back until the connection ends. The kernel names whoever connects as they are then."""
    folder = shop.config.parent / "admin"
    with short_address(folder, "admin.sock") as address, socket.socket(socket.AF_UNIX) as link:
        os.seteuid(pwd.getpwnam(user).pw_uid)
        try:
            link.connect(address)
        finally:
            os.seteuid(0)
        with suppress(OSError):
            link.sendall(data)
            link.shutdown(socket.SHUT_WR)
        try:
            return b"".join(iter(lambda: link.recv(1000), b""))
        except ConnectionResetError:  # it has said why, and left what else was sent
            return b'{"fault":"unreadable"}\n'


def test_another_users_program_that_listens_there_hears_no_password(shop: Shop):
    """Before the engine starts, in a folder that is theirs: nobody else can change it."""
    if ALONE:
        return
    folder = shop.config.parent / "admin"
    with short_address(folder, "admin.sock") as address, socket.socket(socket.AF_UNIX) as rogue:
        rogue.bind(address)
        (folder / "admin.sock").chmod(0o666)
        os.seteuid(pwd.getpwnam(OTHER).pw_uid)
        try:
            rogue.listen()
        finally:
            os.seteuid(0)
        for lang, word in (("en", "a program of nobody, and not the engine"), ("fr", "un programme de nobody")):
            code, said = shop.approves(COUNTER, 7, lang=lang)
            assert (code, said.count("\n"), word in said) == (1, 1, True), said
            link, _ = rogue.accept()
            with link:
                assert link.recv(1000) == b""
    (folder / "admin.sock").unlink()


def test_without_an_engine_or_the_setting_it_is_said(shop: Shop):
    if ALONE:
        return
    code, said = shop.approves(COUNTER, 7)
    assert (code, said.count("\n")) == (1, 1)
    assert "nothing is approved. Is it running?" in said
    folder = shop.config.parent / "admin"
    folder.rmdir()
    assert "nothing is approved. Is it running?" in shop.approves(COUNTER, 7)[1]
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    assert "No password was sent" in shop.approves(COUNTER, 7)[1]
    folder.chmod(0o700)
    assert "is closed to this user" in shop.approves(COUNTER, 7)[1]
    folder.chmod(0o755)
    text = shop.config.read_text()
    shop.config.write_text(text.replace("counter = [", "it = ["))
    code, said = shop.approves(COUNTER, 7)
    assert (code, said.count("\n")) == (1, 1)
    assert "IT names a group of the machine in admin.counter" in said
    shop.config.write_text(text)
