"""The page's port from systemd: whoever comes there gives a password, so nobody else may ever listen on it."""

import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.page.till import Till
from tests.surfaces.handed import handing_over, held, nobody_else_can_listen


@pytest.fixture(scope="module", name="till")
def of_a_shop(tmp_path_factory: pytest.TempPathFactory) -> Till:
    return Till(tmp_path_factory.mktemp("till"))


def ask(till: Till, patient: socket.socket) -> bytes:
    context = ssl.create_default_context(cafile=till.folder / "store-ca.pem")
    with context.wrap_socket(patient, server_hostname="localhost") as asked:
        asked.sendall(f"GET /en/login HTTP/1.1\r\nHost: localhost:{till.port}\r\n\r\n".encode())
        return asked.recv(64).partition(b"\r\n")[0]


def test_who_comes_between_two_runs_waits_for_the_second(till):
    with held(till.port) as listening:
        with till.page(page=listening), socket.create_connection(("127.0.0.1", till.port), timeout=60) as first:
            assert ask(till, first) == b"HTTP/1.1 200 OK"
        nobody_else_can_listen(till.port)
        with (
            socket.create_connection(("127.0.0.1", till.port), timeout=60) as patient,
            till.page(page=listening),
        ):
            assert ask(till, patient) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(("name", "moved"), [("page", 1), ("nexo", 0)])
def test_what_is_not_its_own_is_refused(till: Till, tmp_path: Path, name: str, moved: int):
    """Another port than the settings say, and a name that is the engine's."""
    text = till.config.read_text()
    assert f"port = {till.port}\n" in text
    config = till.config.with_name("moved.toml")
    config.write_text(text.replace(f"port = {till.port}\n", f"port = {till.port - moved}\n"))
    with held(till.port) as listening:
        ended = subprocess.run(
            [*handing_over(**{name: listening}), "page", "--config", str(config), "--lang", "en"],
            pass_fds=[listening.fileno()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert f"the socket {name} that systemd handed over does not fit" in ended.stderr
