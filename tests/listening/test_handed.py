"""Sockets from systemd: the right one is taken, any other is refused in one line that says what is wrong with it."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

TAKE = """
import os, sys
from pos_bridge.listening.handed import receive
from pos_bridge.start_fault import CannotStartError
pid, names, port, *sockets = sys.argv[1:]
for place, number in enumerate(sockets, 3):
    os.dup2(int(number) + 0, 100 + place)
for place in range(3, 3 + len(sockets)):
    os.dup2(100 + place, place)
pid = str(os.getpid()) if pid == "ours" else pid
os.environ.update(LISTEN_PID=pid, LISTEN_FDS=str(len(sockets)), LISTEN_FDNAMES=names)
try:
    handed = receive(frozenset({"nexo"}))
    taken = handed.take("nexo", int(port) or None)
    assert not any(name.startswith("LISTEN_") for name in os.environ)
    print("none" if taken is None else f"{taken.getsockname()} {taken.get_inheritable()}")
except CannotStartError as error:
    print(error.to("en"))
"""


def taken(*given: socket.socket, names: str = "nexo", pid: str = "ours", port: int | None = None) -> str:
    numbers = [str(each.fileno()) for each in given]
    address = given[0].getsockname() if given else ("", 1)
    wanted = port if port is not None else address[1] if isinstance(address, tuple) else 1
    words = [sys.executable, "-P", "-c", TAKE, pid, names, str(wanted), *numbers]
    run = subprocess.run(
        words, pass_fds=[each.fileno() for each in given], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return run.stdout.strip()


ROOT = Path(__file__).parents[2]


def listening(address: str = "127.0.0.1", family: int = socket.AF_INET) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    made.bind((address, 0))
    made.listen()
    return made


@pytest.fixture(name="right")
def one_that_is_right() -> Iterator[socket.socket]:
    with listening() as made:
        yield made


def test_the_right_one_is_taken_and_no_child_gets_it(right):
    assert taken(right) == f"{right.getsockname()} False"


def test_what_is_not_for_this_process_is_left(right):
    assert taken(right, pid="1") == "none"
    assert taken(right, pid="") == "none"
    assert taken() == "none"


def unix() -> socket.socket:
    made = socket.socket(socket.AF_UNIX)
    made.bind("")
    made.listen()
    return made


def bound_only() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    return made


def datagrams() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    return made


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (unix, "no TCP socket of IPv4"),
        (lambda: listening("::1", socket.AF_INET6), "no TCP socket of IPv4"),
        (datagrams, "no TCP socket of IPv4"),
        (bound_only, "it does not listen"),
        (lambda: listening("0.0.0.0"), "it is elsewhere than on 127.0.0.1:"),
        (lambda: listening("127.0.0.2"), "it is elsewhere than on 127.0.0.1:"),
    ],
)
def test_a_wrong_one_is_refused(make: Callable[[], socket.socket], said: str):
    with closing(make()) as made:
        line = taken(made)
    assert line.startswith("[handed_unfit] the socket nexo that systemd handed over does not fit: ")
    assert said in line


def test_another_port_another_name_and_two_of_one(right):
    assert "elsewhere than on 127.0.0.1:1" in taken(right, port=1)
    assert "no port is set for it" in taken(right, port=0)
    assert "FileDescriptorName=till is nothing here" in taken(right, names="till")
    assert "FileDescriptorName=unknown is nothing here" in taken(right, names="")
    with listening() as other:
        assert "FileDescriptorName=nexo is there twice" in taken(right, other, names="nexo:nexo")


def test_a_file_is_no_socket(tmp_path):
    with (tmp_path / "file").open("w") as file:
        words = [sys.executable, "-P", "-c", TAKE, "ours", "nexo", "1", str(file.fileno())]
        run = subprocess.run(words, pass_fds=[file.fileno()], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "it is no socket" in run.stdout
