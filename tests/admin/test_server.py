"""The socket, served: who is let in, what they may, and that nobody's silence, noise or number harms another."""

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from hw_sim.unix_path import short_address
from pos_bridge.admin.approval import Approval
from pos_bridge.admin.calls import MAY, table
from pos_bridge.admin.client import NotAnsweredError, RefusedError, ask
from pos_bridge.admin.lines import Fault
from pos_bridge.admin.server import MOST_OF_A_USER
from pos_bridge.admin.who import Who
from pos_bridge.domain.trouble import Trouble
from pos_bridge.listening.unix_socket import Place, TakenError
from pos_bridge.log import events
from tests.admin.served import served

ME = os.geteuid()
TYPED: dict[str, int | str] = {"operator": 7, "password": "une girafe à vélo", "cents": 45_00}
FIELDS = {"approve_refund": TYPED}


async def refused(asking: Awaitable[object]) -> Fault:
    with pytest.raises(RefusedError) as told:
        await asking
    return told.value.fault


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_the_socket_is_anybodys_and_goes_with_the_server(tmp_path):
    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            assert stat.S_IMODE(here.path.stat().st_mode) == 0o666
            assert await here.ask("overview") == {"name": "overview"}
            assert here.roles.asked == [ME]
            with pytest.raises(TakenError):
                Place(here.path)
        assert not here.path.exists()
        with pytest.raises(NotAnsweredError, match="No such file"):
            await here.ask("overview")

    uvloop.run(story())


@pytest.mark.parametrize("who", [*Who, None])
@pytest.mark.parametrize("call", [*MAY, "unknown"])
def test_each_role_and_each_call(tmp_path, who: Who | None, call: str):
    async def story() -> None:
        async with served(tmp_path, *([] if who is None else [who])) as here:
            if who in MAY.get(call, ()):
                if call == "settle":
                    assert await refused(here.ask(call)) is Fault.FAILED
                else:
                    assert await here.ask(call, **FIELDS.get(call, {})) == {"name": call}
                assert here.desk.done == [call]
                return
            denied = await here.raw(b'{"call":"%s"}\n' % call.encode())
            assert denied == b'{"fault":"denied"}\n'
            assert await here.raw(b'{"call":"%s","fields":{"a":1}}\n' % call.encode()) == denied
            assert await refused(here.ask(call, **TYPED)) is Fault.DENIED
            assert here.desk.done == []
            assert here.log.events == [events.AdminDenied(1)]
        assert here.log.events == [events.AdminDenied(1), events.AdminDenied(2)], "the others were told at the end"

    uvloop.run(story())


def test_only_these_calls_are_there():
    assert {name: {who.value for who in may} for name, may in MAY.items()} == {
        "overview": {"it", "page"},
        "health": {"it", "page", "privacy"},
        "look": {"it"},
        "settle": {"it"},
        "stop": {"it"},
        "approve_refund": {"counter"},
    }
    with pytest.raises(ValueError, match="its rule"):
        table()


UNFIT: list[dict[str, object]] = [
    {},
    {**TYPED, "more": 1},
    {**TYPED, "operator": 0},
    {**TYPED, "operator": 10_000},
    {**TYPED, "operator": "7"},
    {**TYPED, "operator": True},
    {**TYPED, "password": 7},
    {**TYPED, "password": "x" * 1025},
    {**TYPED, "cents": 0},
    {**TYPED, "cents": -1},
    {**TYPED, "cents": 100_000_000},
    {**TYPED, "cents": 45.5},
    {"operator": 7, "password": "une girafe à vélo"},
]


@pytest.mark.parametrize("fields", UNFIT)
def test_an_approval_is_whole_and_within_its_bounds(tmp_path, fields):
    async def story() -> None:
        async with served(tmp_path, Who.COUNTER) as here:
            line = json.dumps({"call": "approve_refund", "fields": fields}).encode()
            assert await here.raw(line + b"\n") == b'{"fault":"unreadable"}\n'
            assert here.desk.done == []
            assert await here.ask("approve_refund", **FIELDS["approve_refund"]) == {"name": "approve_refund"}
            assert here.desk.given == [Approval(7, "une girafe à vélo", 45_00)]

    uvloop.run(story())


def test_what_was_asked_is_heard_in_pieces_and_whole(tmp_path):
    """Longer than the buffer that it is read into."""

    async def story() -> None:
        async with served(tmp_path, Who.COUNTER) as here:
            line = json.dumps({"call": "approve_refund", "fields": TYPED | {"password": "é" * 1024}}).encode()
            assert await here.raw(b" " * 20_000 + line + b"\n") == b'{"done":{"name":"approve_refund"}}\n'
            assert here.desk.given[0].password == "é" * 1024

    uvloop.run(story())


def test_roles_are_asked_for_each_call(tmp_path):
    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            await here.ask("look")
            here.roles.is_now = frozenset()
            assert await refused(here.ask("look")) is Fault.DENIED

    uvloop.run(story())


def test_what_fails_says_nothing_of_it(tmp_path):
    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            assert await refused(here.ask("settle")) is Fault.FAILED
            assert here.log.events == [events.RequestFault(Trouble.ADMINISTRATION)]
            assert await here.raw(b'{"call":"overview","fields":{"secret":1}}\n') == b'{"fault":"unreadable"}\n'

    uvloop.run(story())


@pytest.mark.parametrize(
    "raw",
    [
        b"\n",
        b"\x00\xff\xfe\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"x" * 70000,
        b'{"call": "stop", "fields": {"n": ' + b"9" * 60000 + b"}}\n",
        b"[" * 65000 + b"\n",
    ],
)
def test_noise_is_answered_and_over(tmp_path, raw):
    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            assert await here.raw(raw) in {b'{"fault":"unreadable"}\n', b""}
            assert await here.ask("overview")
            assert here.desk.done == ["overview"]

    uvloop.run(story())


def test_half_a_line_ends_with_its_sender_and_a_whole_one_is_answered_after(tmp_path):
    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            assert await here.raw(b'{"call": "over', end=True) == b""
            assert await here.raw(b'{"call":"look"}\n{"call":"stop"}\n', end=True) == b'{"done":{"name":"look"}}\n'
            assert here.desk.done == ["look"]

    uvloop.run(story())


def test_whoever_says_nothing_is_let_go(tmp_path):
    async def story() -> None:
        async with served(tmp_path, Who.IT, ask_s=0.2) as here:
            assert set(await asyncio.gather(here.raw(b""), here.raw(b'{"call"'))) == {b""}

    uvloop.run(story())


def test_a_user_has_so_many_places_and_no_more(tmp_path):
    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            here.desk.held = asyncio.Event()
            waiting = [asyncio.create_task(here.ask("health")) for _ in range(MOST_OF_A_USER)]
            await until(lambda: len(here.desk.done) == MOST_OF_A_USER)
            assert await refused(here.ask("overview")) is Fault.BUSY
            here.desk.held.set()
            assert len(await asyncio.gather(*waiting)) == MOST_OF_A_USER
            assert await here.ask("overview")

    uvloop.run(story())


def test_whoever_leaves_before_their_answer_keeps_their_place_until_it_is_made(tmp_path):
    """Else one user could have any number of passwords looked at."""

    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            here.desk.held = asyncio.Event()
            for _ in range(MOST_OF_A_USER):
                with short_address(tmp_path, "admin.sock") as address, socket.socket(socket.AF_UNIX) as link:
                    link.connect(address)
                    link.sendall(b'{"call":"health"}\n')
            await until(lambda: len(here.desk.done) == MOST_OF_A_USER)
            await asyncio.sleep(0.1)
            assert await refused(here.ask("overview")) is Fault.BUSY
            here.desk.held.set()
            await until(lambda: not here.server._here)
            assert await here.ask("overview")

    uvloop.run(story())


def test_ten_thousand_connections_are_nobody_elses_trouble(tmp_path):
    """All of one user, each left as soon as it is there; the loop goes on, and the next is served."""

    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            flood = threading.Thread(target=connect_often, args=(here.path, 10_000))
            flood.start()
            turns = 0
            while flood.is_alive():
                turns += 1
                await asyncio.sleep(0)
            flood.join()
            assert turns > 1000
            await until(lambda: not here.server._here)
            assert await here.ask("overview")
            assert here.desk.done == ["overview"]

    uvloop.run(story())


def connect_often(path: Path, times: int) -> None:
    with short_address(path.parent, path.name) as address:
        for _ in range(times):
            with socket.socket(socket.AF_UNIX) as link:
                link.connect(address)


def test_an_answer_that_nobody_reads_keeps_no_place(tmp_path, monkeypatch):
    monkeypatch.setattr("pos_bridge.admin.server.READ_S", 0.1)

    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            with short_address(tmp_path, "admin.sock") as address, socket.socket(socket.AF_UNIX) as link:
                link.connect(address)
                link.sendall(b'{"call":"overview"}\n')
                await until(lambda: here.desk.done == ["overview"] and not here.server._here)

    uvloop.run(story())


def test_another_user_is_who_the_kernel_says(tmp_path):
    other = 65534 if ME == 0 else ME  # whoever is not root can only be themselves
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent != Path("/tmp") and parent.is_relative_to("/tmp"):
            parent.chmod(0o755)

    async def story() -> None:
        async with served(tmp_path) as here:
            program = (
                "import os, socket, sys; os.chdir(sys.argv[1]); os.setuid(int(sys.argv[2]));"
                "s = socket.socket(socket.AF_UNIX); s.connect('admin.sock');"
                's.sendall(b\'{"call":"stop"}\\n\'); print(s.recv(100).decode())'
            )
            run = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-c", program, tmp_path, str(other), stdout=subprocess.PIPE
            )
            said, _ = await run.communicate()
            assert said.strip() == b'{"fault":"denied"}'
            assert here.roles.asked == [other]

    uvloop.run(story())


def test_a_stop_takes_whoever_is_there_with_it(tmp_path):
    async def story() -> None:
        async with served(tmp_path, Who.IT) as here:
            here.desk.held = asyncio.Event()
            waiting = asyncio.create_task(here.ask("health"))
            await until(lambda: here.desk.done == ["health"])
        with pytest.raises(NotAnsweredError):
            await waiting

    uvloop.run(story())


def test_the_client_gives_up(tmp_path):
    with short_address(tmp_path, "deaf.sock") as address, socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(address)
        with pytest.raises(NotAnsweredError):
            ask(tmp_path / "deaf.sock", "overview", timeout_s=0.1)
        deaf.listen()
        with pytest.raises(NotAnsweredError, match="timeout"):
            ask(tmp_path / "deaf.sock", "overview", timeout_s=0.1)
