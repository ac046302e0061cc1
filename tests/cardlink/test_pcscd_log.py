import errno
import socket
import time
from contextlib import ExitStack

import pytest

from pos_bridge.cardlink import pcscd_log
from pos_bridge.cardlink.pcscd_log import asks_for_log, logs_apdus
from tests.pcsc.daemon import Pcscd


@pytest.mark.parametrize(
    ("words", "logs"),
    [
        ("", False),
        ("--foreground --auto-exit", False),
        ("-f -x", False),
        ("--foreground --apdu", True),
        ("--ap", True),
        ("-a", True),
        ("-fa", True),
        ("--debug", True),
        ("-d", True),
        ("-xd", True),
        ("-c /etc/add", False),
        ("-cadd", False),
        ("-t 4 -C", False),
        ("--critical --error --info", False),
        ("-- -a", False),
    ],
)
def test_the_command_line_says_it(words, logs):
    assert asks_for_log(["/usr/sbin/pcscd", *words.split()]) is logs


@pytest.mark.parametrize(("argument", "logs"), [("--apdu", True), ("--debug", True), ("--auto-exit", False)])
def test_a_daemon_is_known_by_its_socket(tmp_path_factory, argument, logs):
    folder = tmp_path_factory.mktemp("p")
    with Pcscd(folder, argument) as pcscd:
        assert logs_apdus(pcscd.socket) is logs
        other = tmp_path_factory.mktemp("p") / "pcscd.comm"
        with socket.socket(socket.AF_UNIX) as supervisor:  # as systemd listens until somebody comes
            supervisor.bind(str(other))
            supervisor.listen()
            assert logs_apdus(other) or not logs


def test_nobody_listens(tmp_path):
    assert not logs_apdus(tmp_path / "pcscd.comm")
    assert not logs_apdus(tmp_path / "pcscd.comm", in_use=True)


def test_one_whose_socket_is_for_rooms_only_is_looked_for_among_all(tmp_path_factory, monkeypatch):
    """A packaged till's socket of pcscd is closed to the engine: that must not look like *nobody listens*."""
    folder = tmp_path_factory.mktemp("p")

    def closed(_: object, __: object) -> None:
        raise PermissionError

    with Pcscd(folder, "--apdu") as pcscd:
        monkeypatch.setattr(socket.socket, "connect", closed)
        assert logs_apdus(pcscd.socket)


def knock(at, client: socket.socket) -> int:
    client.settimeout(0)
    return client.connect_ex(str(at))


def test_one_that_is_too_busy_is_not_waited_for_and_looked_for_among_all(tmp_path_factory):
    """The engine has other tills and readers to serve; and that must not look like *nobody listens* either."""
    busy = tmp_path_factory.mktemp("p") / "pcscd.comm"
    with Pcscd(tmp_path_factory.mktemp("p"), "--apdu"), ExitStack() as sockets:
        supervisor = sockets.enter_context(socket.socket(socket.AF_UNIX))
        supervisor.bind(str(busy))
        supervisor.listen(0)
        queue = iter(lambda: knock(busy, sockets.enter_context(socket.socket(socket.AF_UNIX))), errno.EAGAIN)
        assert set(queue) <= {0}
        began = time.monotonic()
        assert logs_apdus(busy)
        assert time.monotonic() - began < 0.5


def test_one_that_is_used_and_cannot_be_seen_is_taken_to_log(tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp("p") / "pcscd.comm"
    monkeypatch.setattr(pcscd_log, "_NAME", "a name that no process here has")  # as where /proc hides it
    with socket.socket(socket.AF_UNIX) as supervisor:
        supervisor.bind(str(other))
        supervisor.listen()
        assert not logs_apdus(other)
        assert logs_apdus(other, in_use=True)
