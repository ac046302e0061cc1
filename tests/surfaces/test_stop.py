"""The engine told to stop, at each moment; the engine that must not start, and the one line that says why."""

import signal
import socket
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import descendants, survivors
from tests.surfaces.book import Book, until
from tests.surfaces.engine import Engine, book_without_engine, changed, engine, refused


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    with book_without_engine(tmp_path_factory.mktemp("store")) as book:
        yield book


@pytest.fixture(name="config")
def its_configuration(book: Book) -> Path:
    book.mode("up")
    return Path(book.store.facts["config"])


def ends_well(running: Engine) -> None:
    rooms = descendants(running.process.pid)
    ended = running.end()
    assert (ended.code, ended.said) == (0, [])
    assert not survivors(rooms)


def test_idle(config: Path):
    with engine(config) as running:
        running.terminate()
        ends_well(running)


def test_while_it_starts(config: Path):
    with engine(config, ready=False) as running:
        until(lambda: b"SigCgt:\t0000000000000000" not in status_of(running.process.pid))
        running.terminate()
        assert running.end().code in {0, -15}, "-15 before it listens for signals"


def test_while_a_sale_waits_for_its_card(book: Book, config: Path):
    with engine(config) as running, book.asking(card=None) as asking:
        until(lambda: book.steps(asking.sale) == ["intent"])
        running.terminate()
        told = asking.end()
        assert told is not None
        assert (told.result, told.error) == ("Failure", "Aborted")
        ends_well(running)
    assert book.steps(asking.sale) == ["intent", "ended"]
    assert book.ledger(asking.sale) == []
    with engine(config) as running:
        assert book.status(asking.sale) == told
        assert book.pay().paid
        running.terminate()
        ends_well(running)


def test_while_the_processor_works_on_it(book: Book, config: Path):
    """Told to stop while the answer is on its way: the till gets that answer."""
    with engine(config) as running, in_session(book, "drop-response"), book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        running.terminate()
        book.mode("approve")  # the next try under the same key is answered
        told = asking.end()
        ends_well(running)
    assert told is not None
    assert told.paid


def test_while_the_processor_does_not_answer(book: Book, config: Path):
    """All tries are used up within the time there is: told as not paid, and undone by the next run."""
    with engine(config) as running, in_session(book, "drop-response"), book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        running.terminate()
        told = asking.end()
        ends_well(running)
    assert told is not None
    assert (told.result, told.error) == ("Failure", "UnreachableHost")
    book.mode("approve")
    with engine(config) as running:
        assert book.status(asking.sale) == told
        until(lambda: [row["state"] for row in book.ledger(asking.sale)] == ["reversed"])
        running.terminate()
        ends_well(running)


def test_a_payment_that_outlasts_its_grace_is_left_to_recovery(book: Book, config: Path):
    """Ten seconds are not enough for this processor: the till is told that it is not known, never that it failed."""
    patient = changed(config, "patient", ("answer_timeout_s = 1\n", "answer_timeout_s = 30\n"))
    with engine(patient) as running, in_session(book, "drop-response"), book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        running.terminate()
        told = asking.end()
        ends_well(running)
    assert told is None or told.error == "InProgress"
    asking.sale.told = None
    book.mode("approve")
    with engine(config) as running:
        until(lambda: [row["state"] for row in book.ledger(asking.sale)] == ["reversed"])
        running.terminate()
        ends_well(running)


def test_an_upgrade_waits_for_the_customer(book: Book, config: Path):
    """SIGUSR1 comes while a card is awaited: the sale is paid as ever, and only then the engine is gone."""
    with engine(config) as running, book.asking(card=None) as asking:
        until(lambda: book.steps(asking.sale) == ["intent"])
        running.process.send_signal(signal.SIGUSR1)
        running.process.send_signal(signal.SIGUSR1)
        with book.store.customer("visa"):
            told = asking.end()
        ends_well(running)
    assert told is not None
    assert told.paid


def test_an_upgrade_that_is_told_to_wait_after_all_stops_as_it_was_told(book: Book, config: Path):
    """SIGUSR1 after SIGTERM, while the processor works on it: the till gets its answer all the same."""
    log = config.parent / tomllib.loads(config.read_text())["log"]["file"]
    begun = log.stat().st_size
    with engine(config) as running, in_session(book, "drop-response"), book.asking() as asking:
        until(lambda: book.ledger(asking.sale))
        running.terminate()
        until(lambda: "EngineStopping" in log.read_text()[begun:])
        running.process.send_signal(signal.SIGUSR1)
        book.mode("approve")
        told = asking.end()
        ends_well(running)
    assert told is not None
    assert told.paid


def test_an_upgrade_without_a_customer(config: Path):
    with engine(config) as running:
        running.process.send_signal(signal.SIGUSR1)
        ends_well(running)


def test_told_twice_while_a_reversal_is_stuck(book: Book, config: Path):
    with engine(config) as running, in_session(book, "drop-request"):
        assert book.pay().error == "UnreachableHost"
        running.terminate()
        running.terminate()
        ends_well(running)


@contextmanager
def in_session(book: Book, fault: str) -> Iterator[None]:
    book.in_session()
    book.mode(fault)
    yield


# ---- what must not start ----


def test_a_second_engine_on_the_same_state(book: Book, config: Path):
    with engine(config) as running:
        second = refused(config)
        assert second.code == 1
        (line,) = second.said
        assert "[already_running]" in line
        assert str(config.parent / "state") in line
        assert book.pay().paid, "the first one did not feel it"
        running.terminate()
        ends_well(running)


def test_a_port_that_is_taken(config: Path, book: Book):
    port = int(book.store.facts["nexo_url"].rsplit(":", 1)[1].split("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        ended = refused(config)
    assert ended.code == 1
    (line,) = ended.said
    assert f"nexo.port {port}" in line
    with engine(config) as running:
        assert book.pay().paid
        running.terminate()
        ends_well(running)


@pytest.mark.parametrize(
    ("old", "new", "code", "named"),
    [
        ("number = 1\n", "number = 1\ncolour = 'red'\n", 2, "colour"),
        ("number = 1\n", "number = 'one'\n", 2, "till.number"),
        ("[till]", "[till", 2, "[config_not_toml]"),
        ('"terminal.key"', '"absent.key"', 2, "till.signing_key"),
        ('"nexo.key"', '"open.key"', 2, "chmod 600"),
        ('"nexo.key"', '"till.key"', 2, "nexo.key"),
        ('"till.key"', '"nexo.key"', 2, "processor.key"),
        ('"trust.txt"', '"api.key"', 2, "card_room.trust"),
        ('"state"', '"in-the-way"', 1, "in-the-way"),
        ('"state"', '"in-the-way/state"', 1, "in-the-way"),
        ('"log/pos-bridge.log"', '"in-the-way/log"', 1, "in-the-way"),
        ('"log/pos-bridge.log"', '"log"', 1, "log"),
    ],
)
def test_a_setting_that_cannot_be_used(config: Path, old: str, new: str, code: int, named: str):
    (config.parent / "in-the-way").write_text("")
    readable = config.parent / "open.key"
    readable.write_bytes((config.parent / "nexo.key").read_bytes())
    readable.chmod(0o644)
    ended = refused(changed(config, "unfit", (old, new)))
    assert ended.code == code
    (line,) = ended.said
    assert line.startswith("pos-bridge: ")
    assert named in line


def test_a_configuration_that_is_not_there(config: Path):
    ended = refused(config.with_name("absent.toml"))
    assert ended.code == 2
    (line,) = ended.said
    assert "absent.toml" in line


def test_a_damaged_secret_of_the_till(config: Path):
    secret = config.parent / "state" / "till.secret"
    kept = secret.read_bytes()
    try:
        secret.write_bytes(kept[:-1])
        ended = refused(config)
    finally:
        secret.write_bytes(kept)
    assert ended.code == 1
    (line,) = ended.said
    assert str(secret) in line


def status_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/status").read_bytes()
