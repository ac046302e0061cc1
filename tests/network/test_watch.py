"""The engine's look at its own sockets: real ones, in this process."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import uvloop

from pos_bridge.config.settings import Config
from pos_bridge.domain.connection import Way, Where, Who
from pos_bridge.network.denied import Denied, leave
from pos_bridge.network.destination import Destination
from pos_bridge.network.judge import Expected, Stranger
from pos_bridge.network.own_sockets import OwnSocket, own_sockets
from pos_bridge.network.watch import NetworkWatch, looked_up
from tests.network.namespaces import apart
from tests.network.tills import till

THIS = ip_address("127.0.0.1")


def told(folder: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / "log").read_text().splitlines()]
    return [{name: value for name, value in line.items() if name not in {"timestamp", "severity"}} for line in lines]


def unexpected(way: str, where: str = "this_machine") -> dict[str, str]:
    return {"event": "ConnectionUnexpected", "way": way, "where": where}


@pytest.fixture
def somebody() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def looked(watch: NetworkWatch) -> None:
    asyncio.run(watch.look())


def only(*mine: socket.socket) -> list[OwnSocket]:
    """Of this process, which is a test's and has others, these alone."""
    ends = {each.getsockname()[:2] for each in mine}
    return [seen for seen in own_sockets() if seen.ours and (str(seen.ours[0]), seen.ours[1]) in ends]


def test_the_kernel_knows_what_each_socket_does(somebody):
    with (
        socket.create_connection(("127.0.0.1", somebody)) as stream,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as datagrams,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as server,
    ):
        datagrams.connect(("::ffff:127.0.0.1", 53))
        seen = {each for each in own_sockets() if each.ours is not None}
        mine = stream.getsockname()[1]
        assert OwnSocket(socket.SOCK_STREAM, listens=False, ours=(THIS, mine), peer=(THIS, somebody)) in seen
        ends = (THIS, datagrams.getsockname()[1]), (THIS, 53)
        assert OwnSocket(socket.SOCK_DGRAM, listens=False, ours=ends[0], peer=ends[1]) in seen
        port = server.getsockname()[1]
        assert OwnSocket(socket.SOCK_STREAM, listens=True, ours=(ip_address("::1"), port), peer=None) in seen


def test_a_descriptor_that_is_a_file_by_now_is_let_alone(monkeypatch, tmp_path):
    """Another thread closed a socket and opened a file between two looks at the number. Nothing stays open for it."""
    monkeypatch.setattr("pos_bridge.network.own_sockets.S_ISSOCK", lambda _: True)
    with (tmp_path / "file").open("wb") as file, socket.socket() as one:
        before = descriptors()
        assert list(own_sockets())
        assert descriptors() == before
        file.write(b"still open")
        assert one.getsockname() == ("0.0.0.0", 0)


def descriptors() -> set[str]:
    return {each.name for each in Path("/proc/self/fd").iterdir()}


def test_a_connection_is_told_once_until_it_is_gone(tmp_path, log, somebody):
    config = till(tmp_path, processor="127.0.0.1:9")
    open_now: list[socket.socket] = []
    watch = NetworkWatch(config, log, sockets=lambda: only(*open_now))
    looked(watch)
    assert told(tmp_path) == []
    with closing(socket.create_connection(("127.0.0.1", somebody))) as stream:
        open_now.append(stream)
        for _ in range(3):
            looked(watch)
        assert told(tmp_path) == [unexpected("outgoing")]
        assert list(watch.strangers) == [Stranger(Way.OUTGOING, THIS, somebody)]
        open_now.clear()
    looked(watch)
    assert list(watch.strangers) == []
    with closing(socket.create_connection(("127.0.0.1", somebody))) as stream:
        open_now.append(stream)
        looked(watch)
    assert told(tmp_path) == [unexpected("outgoing")] * 2


def test_what_the_settings_name_is_expected(tmp_path, log, somebody):
    with socket.create_connection(("127.0.0.1", somebody)) as stream:
        for config in (
            till(tmp_path, processor=f"127.0.0.1:{somebody}"),
            till(tmp_path, enrolment=f"https://127.0.0.1:{somebody}"),
            till(tmp_path, events=f"https://127.0.0.1:{somebody}/x"),
            till(tmp_path, port=stream.getsockname()[1]),
            till(tmp_path, native=stream.getsockname()[1]),
        ):
            looked(NetworkWatch(config, log, sockets=lambda: only(stream)))
    assert told(tmp_path) == []


def test_a_door_that_nobody_ordered(tmp_path, log):
    with socket.create_server(("127.0.0.1", 0)) as near, socket.create_server(("0.0.0.0", 0)) as wide:
        config = till(tmp_path, port=near.getsockname()[1])
        looked(NetworkWatch(config, log, sockets=lambda: only(near, wide)))
        assert told(tmp_path) == [unexpected("listening", "anywhere")]
        config = till(tmp_path, port=wide.getsockname()[1])
        looked(NetworkWatch(config, log, sockets=lambda: only(near, wide)))
    assert {line["where"] for line in told(tmp_path)[1:]} == {"this_machine", "anywhere"}


def test_datagrams_are_told_when_they_stay(tmp_path, log):
    """A name is looked up with such sockets, and they are gone at the next look."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 0))
        watch = NetworkWatch(till(tmp_path), log, sockets=lambda: only(datagrams))
        looked(watch)
        assert told(tmp_path) == []
        looked(watch)
    assert told(tmp_path) == [unexpected("datagrams")]


def test_a_name_is_looked_up_when_somebody_new_is_at_its_port(tmp_path, log, somebody):
    answers: dict[str, tuple[str, ...]] = {"processor.example": ("192.0.2.1",)}
    config = till(tmp_path, processor=f"processor.example:{somebody}")

    async def resolve(host: str, _: int) -> tuple[str, ...]:
        return answers[host]

    with socket.create_connection(("127.0.0.1", somebody)) as stream:
        watch = NetworkWatch(config, log, resolve=resolve, sockets=lambda: only(stream))
        looked(watch)
        answers["processor.example"] = ("127.0.0.1",)
        looked(watch)
        assert told(tmp_path) == []
        answers["processor.example"] = ()
        looked(watch)
        assert told(tmp_path) == [], "a connection outlives the answer that it was made by"
        answers["processor.example"] = ("192.0.2.1",)
        other = NetworkWatch(config, log, resolve=resolve, sockets=lambda: only(stream))
        looked(other)
        looked(other)
    assert told(tmp_path) == [unexpected("outgoing")]


def test_name_servers_that_say_nothing_hold_nothing_up(tmp_path, log, somebody):
    async def never(_host: str, _port: int) -> tuple[str, ...]:
        await asyncio.Event().wait()
        return ()

    async def engine(config: Config, *mine: socket.socket) -> None:
        async with AsyncExitStack() as stack:
            watch = NetworkWatch(config, log, resolve=never, sockets=lambda: only(*mine))
            stack.push_async_callback(watch._end, asyncio.create_task(asyncio.sleep(0)))
            await watch.look()
            assert told(tmp_path) == [unexpected("listening")]
            await watch.look()

    with socket.create_connection(("127.0.0.1", somebody)) as stream, socket.create_server(("127.0.0.1", 0)) as door:
        asyncio.run(engine(till(tmp_path, processor=f"processor.example:{somebody}"), stream, door))
    assert told(tmp_path) == [unexpected("listening"), unexpected("outgoing")]


def test_the_systems_resolver(tmp_path):
    with apart():  # where nobody answers who would know a name
        assert "127.0.0.1" in asyncio.run(looked_up("localhost", 443))
        assert asyncio.run(looked_up("no such name..", 443)) == ()


@pytest.mark.parametrize(
    ("peer", "where"),
    [("127.0.0.1", Where.THIS_MACHINE), ("10.1.2.3", Where.NEAR), ("fe80::1", Where.NEAR), ("fd00::1", Where.NEAR),
     ("192.0.2.1", Where.FAR), ("2001:db8::1", Where.FAR), ("64:ff9b::a00:1", Where.FAR)],
)  # fmt: skip
def test_how_far_away_it_is(peer, where):
    assert Stranger(Way.OUTGOING, ip_address(peer), 443).where is where


def test_the_table_of_sockets():
    processor, server = Destination(ip_address("192.0.2.10"), 443), Destination(ip_address("192.0.2.53"), 53)
    expected = Expected(frozenset({processor}), frozenset({server}), frozenset({8443}))
    stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    here, door, far = (THIS, 40000), (THIS, 8443), (ip_address("192.0.2.10"), 443)
    for seen, way in (
        (OwnSocket(stream, listens=False, ours=here, peer=far), None),
        (OwnSocket(stream, listens=False, ours=here, peer=None), None),
        (OwnSocket(stream, listens=False, ours=here, peer=(far[0], 444)), Way.OUTGOING),
        (OwnSocket(stream, listens=False, ours=door, peer=here), None),
        (OwnSocket(stream, listens=False, ours=(far[0], 8443), peer=(ip_address("10.0.0.1"), 5)), Way.INCOMING),
        (OwnSocket(stream, listens=True, ours=door, peer=None), None),
        (OwnSocket(stream, listens=True, ours=None, peer=None), Way.LISTENING),
        (OwnSocket(datagram, listens=False, ours=(THIS, 0), peer=None), None),
        (OwnSocket(datagram, listens=False, ours=here, peer=(far[0], 9)), None),
        (OwnSocket(datagram, listens=False, ours=here, peer=(server.address, 53)), None),
        (OwnSocket(datagram, listens=False, ours=here, peer=(server.address, 54)), Way.DATAGRAMS),
        (OwnSocket(socket.SOCK_RAW, listens=False, ours=None, peer=None), Way.RAW),
    ):
        stranger = expected.stranger(seen)
        assert (None if stranger is None else stranger.way) is way, seen


def test_a_packet_socket_is_seen(tmp_path, log):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW):
        raw = [seen for seen in own_sockets() if seen.kind == socket.SOCK_RAW]
        looked(NetworkWatch(till(tmp_path), log, sockets=lambda: raw))
    assert told(tmp_path) == [unexpected("raw", "anywhere")]


# ---- what was denied ----


def denied(who: str, times: int) -> dict[str, Any]:
    return {"event": "ConnectionsDenied", "who": who, "times": times}


def test_denials_are_told_at_once_and_then_by_the_minute(tmp_path, log):
    now, file = [1000.0], tmp_path / "denied"
    leave(file, Denied(1, (4, 0, 0, 0, 0)))
    watch = NetworkWatch(till(tmp_path), log, sockets=lambda: (), clock=lambda: now[0])
    looked(watch)
    assert told(tmp_path) == [], "what was denied before is an earlier run's"
    leave(file, Denied(3, (6, 2000, 0, 0, 0)))
    looked(watch)
    assert told(tmp_path) == [denied("engine", 2), denied("room", 999)]
    leave(file, Denied(5, (7, 2000, 0, 0, 0)))
    looked(watch)
    leave(file, Denied(7, (9, 2000, 0, 0, 0)))
    looked(watch)
    assert len(told(tmp_path)) == 2
    now[0] += 60
    looked(watch)
    assert told(tmp_path)[2:] == [denied("engine", 3)]
    assert watch.denials is not None
    assert watch.denials.of(Who.ENGINE) == 9


@pytest.mark.parametrize("content", [None, b"", b"pos-bridge-denied 1 1", b"\xff\xfe"])
def test_without_a_file_that_fits_nothing_is_told(tmp_path, log, content):
    if content is not None:
        (tmp_path / "denied").write_bytes(content)
    watch = NetworkWatch(till(tmp_path), log, sockets=lambda: ())
    looked(watch)
    assert told(tmp_path) == []
    assert watch.denials is None
    leave(tmp_path / "denied", Denied(3, (1, 0, 0, 0, 0)))
    looked(watch)
    assert told(tmp_path) == [denied("engine", 1)]


def test_it_looks_by_itself_until_it_is_ended(tmp_path, log, somebody):
    async def engine() -> None:
        async with AsyncExitStack() as stack:
            watch = NetworkWatch.begin(till(tmp_path), log, stack)
            with closing(socket.create_connection(("127.0.0.1", somebody))):
                while Stranger(Way.OUTGOING, THIS, somebody) not in watch.strangers:
                    await asyncio.sleep(0.01)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(engine())
    assert unexpected("outgoing") in told(tmp_path)


def test_a_look_that_fails_is_told_once_and_ends_no_watch(tmp_path, log, capsys):
    broken: list[Exception] = [ValueError("of a till"), OSError("no /proc")]
    seen: list[object] = []

    def sockets() -> list[OwnSocket]:
        seen.append(None)
        if broken:
            raise broken[0]
        return []

    watch = NetworkWatch(till(tmp_path, processor="127.0.0.1:9"), log, sockets=sockets)
    for _ in range(2):
        asyncio.run(watch._look_again())
    assert capsys.readouterr().err.count("fault: ValueError") == 1
    assert watch.figures() is None, "nothing seen is not nothing there"
    del broken[0]
    asyncio.run(watch._look_again())
    assert watch.figures() is None
    broken.clear()
    asyncio.run(watch._look_again())
    assert watch.figures() == {"unexpected": 0}
    assert "of a till" not in capsys.readouterr().err
