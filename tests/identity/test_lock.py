"""The vault's lock, between real processes: shared by many, had alone by one, and gone with who had it."""

import errno
import subprocess
from collections.abc import Iterator

import pytest

from pos_bridge.identity import lock
from pos_bridge.identity.lock import Lock
from tests.journal import children

HOLDER = """
import sys
from pathlib import Path
from pos_bridge.identity.lock import Lock
lock = Lock(Path(sys.argv[1]))
lock.share()
for line in sys.stdin:
    match line.strip():
        case "alone": print(lock.alone(), flush=True)
        case "share": print(lock.share(), flush=True)
        case "release": print(lock.release(), flush=True)
print("shared", flush=True)
"""


@pytest.fixture
def process(tmp_path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        children.command(HOLDER, tmp_path / lock.NAME),
        env=children.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def other(process):
    def ask(word: str) -> str:
        process.stdin.write(word + "\n")
        process.stdin.flush()
        told: str = process.stdout.readline().strip()
        return told

    ask("share")
    return ask


@pytest.fixture
def mine(tmp_path):
    mine = Lock(tmp_path / lock.NAME)
    yield mine
    mine.release()


def test_it_is_shared_until_somebody_has_it_alone(mine, other, monkeypatch):
    mine.share()
    assert not mine.alone()
    assert other("alone") == "False"
    assert other("release") == "None"
    assert mine.alone()
    mine.share()
    assert other("share") == "None"
    assert not mine.alone()
    mine.release()
    assert other("alone") == "True"
    monkeypatch.setattr(lock, "_WAIT_S", 0.0)
    for call in (mine.share, mine.share_if_there, mine.take):
        with pytest.raises(TimeoutError) as caught:
            call()
        assert caught.value.errno == errno.ETIMEDOUT
    assert other("share") == "None"
    mine.share()


def test_what_could_not_be_had_alone_stays_shared(mine, other):
    mine.share()
    assert not mine.alone()
    assert other("alone") == "False", "nobody came in between"


def test_a_process_that_is_killed_has_nothing(mine, process, other):
    mine.share()
    assert not mine.alone()
    process.kill()
    process.wait()
    assert mine.alone()


def test_who_only_reads_makes_nothing(tmp_path, mine):
    mine.share_if_there()
    assert not mine.alone()
    assert list(tmp_path.iterdir()) == []
    mine.share()
    reader = Lock(tmp_path / lock.NAME)
    reader.share_if_there()
    assert not mine.alone()
    reader.release()
    reader.release()
    assert mine.alone()


def test_it_is_private_and_holds_nothing(tmp_path, mine):
    mine.share()
    found = (tmp_path / lock.NAME).stat()
    assert (found.st_mode & 0o777, found.st_size) == (0o600, 0)
