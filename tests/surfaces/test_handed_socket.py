"""The tills' port from systemd: payments on it, nobody else on it, and nobody refused while the engine is away."""

import signal
import socket
import ssl
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.surfaces.book import Book, until
from tests.surfaces.engine import book_without_engine
from tests.surfaces.handed import activated, engine_with, handing_over, held, is_listening, nobody_else_can_listen


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    with book_without_engine(tmp_path_factory.mktemp("store")) as book:
        yield book


@pytest.fixture(name="config")
def its_configuration(book: Book) -> Path:
    return Path(book.store.facts["config"])


def port_of(config: Path) -> int:
    port = tomllib.loads(config.read_text())["nexo"]["port"]
    assert isinstance(port, int)
    return port


def test_a_restart_refuses_nobody_and_lets_nobody_in_between(book: Book, config: Path):
    """Paid on the handed socket; the engine ends between sales; who asks meanwhile is answered by the next one."""
    port = port_of(config)
    with held(port) as listening:
        program = handing_over(nexo=listening)
        with engine_with(config, program, listening) as running:
            assert book.pay().paid
            running.send_signal(signal.SIGUSR1)
            assert running.wait(60) == 0
        nobody_else_can_listen(port)
        with (
            book.asking(book.new(cash=True)) as waiting,
            socket.create_connection(("127.0.0.1", port), timeout=60) as patient,
            engine_with(config, program, listening) as running,
        ):
            context = ssl.create_default_context(cafile=book.store.facts["ca"])
            with context.wrap_socket(patient, server_hostname="localhost") as served:
                assert served.version() is not None
            told = waiting.end()
            assert told is not None
            assert told.paid
            assert book.pay().paid
            running.terminate()
            assert running.wait(60) == 0
        nobody_else_can_listen(port)


def test_systemds_own_program_starts_it_for_the_first_till(book: Book, config: Path):
    port = port_of(config)
    with engine_with(config, activated(nexo=port)) as running:
        until(lambda: is_listening(port))
        nobody_else_can_listen(port)
        assert book.pay_cash().paid
        assert book.pay().paid
        running.terminate()
        assert running.wait(60) == 0
