"""The rules in force in a real network of the tests' own, around a till that sells."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hw_sim.running import RunningStore
from hw_sim.store import tether
from pos_bridge.cli import firewall
from pos_bridge.config.file import read
from pos_bridge.domain.connection import Who
from pos_bridge.network import nft
from pos_bridge.network.watch import LOOK_S
from tests.network.namespaces import (
    ENGINE,
    GUARD,
    HERE,
    HERE_6,
    PAGE,
    ROOM,
    THERE,
    THERE_6,
    apart,
    on,
    reaches,
    socket_of,
    with_users,
)
from tests.stores import whole_store

PROGRAM = (sys.executable, "-P", os.fspath(Path(__file__).with_name("store_apart.py")))
SOMEBODY = 64999
_RIGHTS = "+net_admin,+dac_override,+dac_read_search"  # the second and third for the tests' own folders
_USER = (f"--reuid={GUARD}", "--clear-groups", f"--inh-caps=-all,{_RIGHTS}", f"--ambient-caps={_RIGHTS}")
AS_ITS_UNIT = ("/usr/bin/setpriv", *_USER, "--pdeathsig=keep")


@dataclass(frozen=True)
class Scene:
    store: RunningStore
    there: int
    folder: Path

    @property
    def config(self) -> Path:
        return Path(self.store.facts["config"])

    def firewall(self, *words: str) -> "subprocess.CompletedProcess[str]":
        words = (sys.executable, "-m", "pos_bridge", "firewall", "--config", str(self.config), "--lang", "en", *words)
        command = with_users(self.folder, *AS_ITS_UNIT, *words)
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in Path(self.store.facts["log"]).read_text().splitlines()]

    def named(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events() if event["event"] == name]

    @property
    def processor(self) -> tuple[str, int]:
        host, _, port = self.store.facts["processor"].rpartition(":")
        return host, int(port)


def until(condition: Callable[[], object], limit_s: float = 60.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module", name="scene")
def till_with_rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("apart")
    with (
        pytest.MonkeyPatch.context() as patch,
        apart() as there,
        listeners(there),
        proxies(patch),
        whole_store(folder / "store", "--no-counter", program=PROGRAM) as store,
    ):
        scene = Scene(store, there, folder)
        loaded = scene.firewall("--load")
        assert (loaded.returncode, loaded.stderr) == (0, "The rules are in force.\n")
        with counting(scene):
            yield scene
        assert scene.named("ConnectionUnexpected") == [], "of a real engine every socket is accounted for"


@contextmanager
def proxies(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment that would have everything go by the other machine: nobody here asks it."""
    for name in ("grpc_proxy", "https_proxy", "http_proxy", "all_proxy"):
        patch.setenv(name, f"http://{THERE}:443")
        patch.setenv(name.upper(), f"http://{THERE}:443")
    yield


@contextmanager
def listeners(there: int) -> Iterator[None]:
    """On the other machine: somebody who answers whatever is asked, by name servers' rules and others'."""
    with on(there):
        stream = socket.create_server(("", 443), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
        asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        asked.bind((THERE, 53))

    def answer() -> None:
        while (question := asked.recvfrom(64))[0] != b"end":
            asked.sendto(b"!", question[1])

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        with on(there), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", (THERE, 53))
        thread.join()
        stream.close()
        asked.close()


@contextmanager
def counting(scene: Scene) -> Iterator[None]:
    """`firewall --count` as its unit runs it: another user, with one right and no other."""
    (scene.config.parent / "denied").touch()
    os.chown(scene.config.parent, GUARD, -1)
    python = (sys.executable, "-m", "pos_bridge", "firewall", "--count", "--config", str(scene.config))
    words = (*AS_ITS_UNIT, *python)
    tethered = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *words]
    with subprocess.Popen(tethered) as process:
        try:
            until((scene.config.parent / "denied").read_text)
            yield
        finally:
            process.terminate()
            assert process.wait(30) == 0


def test_a_till_sells_where_only_the_processor_may_be_reached(scene):
    status = Path(f"/proc/{scene.store.facts['engine_pid']}/status").read_text()
    assert f"Uid:\t{ENGINE}\t{ENGINE}" in status
    before = nft.counts().of(Who.ENGINE)
    with scene.store.customer("visa"):
        assert scene.store.till().pay("12.34").result == "Success"
    assert scene.store.till().pay("12.34", cash=True).result == "Success"
    assert nft.counts().of(Who.ENGINE) == before
    assert reaches(ENGINE, *scene.processor)


def test_what_was_denied_is_counted_and_told(scene):
    """Counted each two seconds by one program, looked at each two seconds by the engine: told within five.

    The card room's user has no other test here, so that nothing of it was told before.
    """
    assert firewall._LOOK_S + LOOK_S < 5
    assert not reaches(ROOM, THERE, 443)
    assert nft.counts().of(Who.ROOM) == 1
    until(lambda: told_of(scene, "room"))
    (told,) = told_of(scene, "room")
    assert told["times"] == 1
    nobody_else_is_reached(ROOM)
    assert not reaches(ROOM, *scene.processor)
    assert not reaches(ROOM, "127.0.0.1", read(scene.config).nexo.port)


def told_of(scene: Scene, who: str) -> list[dict[str, Any]]:
    return [event for event in scene.named("ConnectionsDenied") if event["who"] == who]


def test_what_is_in_force_is_compared(scene):
    assert scene.firewall("--check").returncode == 0
    printed = scene.firewall()
    assert printed.returncode == 0
    subprocess.run(["nft", "insert", "rule", "inet", "pos_bridge", "room", "accept"], check=True)
    told = scene.firewall("--check")
    assert told.returncode == 1
    assert "Other rules are in force" in told.stderr
    subprocess.run(["nft", "-f", "-"], input=printed.stdout, text=True, check=True)
    assert scene.firewall("--check").returncode == 0
    assert scene.firewall("--load").stderr == "The rules in force are the configuration's.\n"


@pytest.mark.parametrize("uid", [ENGINE, PAGE, GUARD])
def test_nobody_of_ours_reaches_anybody_else(scene, uid):
    nobody_else_is_reached(uid)


def nobody_else_is_reached(uid: int) -> None:
    """Not another machine, by either protocol, not a name server, and not another program of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as neighbour:
        port = neighbour.getsockname()[1]
        places = ((THERE, 443), (THERE_6, 443), ("127.0.0.1", port), (THERE, 53, socket.SOCK_DGRAM))
        for place in places:
            assert not reaches(uid, *place), place
            assert reaches(SOMEBODY, *place), place


@pytest.mark.parametrize("uid", [PAGE, GUARD])
def test_the_processor_is_the_engines_alone(scene, uid):
    assert not reaches(uid, *scene.processor)


def test_the_engines_user_may_ask_at_the_tills_door(scene):
    port = read(scene.config).nexo.port
    assert reaches(ENGINE, "127.0.0.1", port)
    assert not reaches(PAGE, "127.0.0.1", port)


def test_a_tills_door_is_closed_to_other_machines(scene):
    port = read(scene.config).nexo.port
    before = nft.counts().of(Who.OUTSIDE)
    with socket.create_server((HERE_6, port), family=socket.AF_INET6), socket.create_server((HERE, port)):
        with on(scene.there):
            assert not reaches(0, HERE, port)
            assert not reaches(0, HERE_6, port)
        assert reaches(0, HERE, port), "from this machine it is anybody's"
    assert nft.counts().of(Who.OUTSIDE) == before + 2


def test_the_status_page_answers_on_loopback_as_the_engines_user(scene):
    """Its unit is the engine's user's (pos-bridge-page.service)."""
    port = read(scene.config).page.port
    with closing(socket_of(ENGINE, socket.AF_INET, socket.SOCK_STREAM)) as page:
        page.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        page.bind(("127.0.0.1", port))
        page.listen()
        assert reaches(SOMEBODY, "127.0.0.1", port)
    with socket.create_server((HERE, port)), on(scene.there):
        assert not reaches(0, HERE, port), "from another machine it is nobody's"
