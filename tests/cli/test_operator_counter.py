"""`pos-bridge operator approve-refund` over the administration socket: each answer as a line that says what to do.

Who may ask, and real passwords: tests/surfaces/test_counter_approvals.py.
"""

import argparse
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hw_sim.unix_path import short_address
from pos_bridge.cli import operator_counter
from pos_bridge.cli.operator_words import SAID, NotDoneError
from pos_bridge.config.file import read
from tests.config.documents import DOCUMENT


@pytest.fixture
def till(tmp_path: Path) -> Path:
    (tmp_path / "admin").mkdir(mode=0o755)
    file = tmp_path / "pos-bridge.toml"
    file.write_text(DOCUMENT + '[admin]\nsocket = "admin/admin.sock"\ncounter = ["pos-bridge-counter"]\n')
    return file


def told(till: Path) -> str | None:
    """Which sentence; None: it is approved."""
    out, into = os.pipe()
    os.write(into, "une girafe à vélo\n".encode())
    os.close(into)
    args = argparse.Namespace(loaded=read(till), lang="fr", operator=7, password_fd=out)
    try:
        operator_counter.approve(args, 45_00, os.geteuid())
    except NotDoneError as error:
        for language in ("fr", "en"):
            SAID[error.word].to(language).format(**error.values)
        return error.word
    finally:
        os.close(out)
    return None


@contextmanager
def answering(path: Path, line: bytes) -> Iterator[None]:
    """Whoever connects is read, told that, and let go."""
    with short_address(path.parent, path.name) as address, closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(address)
        listening.listen()

        def answer() -> None:
            link, _ = listening.accept()
            with link:
                link.recv(4096)
                link.sendall(line)

        thread = threading.Thread(target=answer)
        thread.start()
        yield
        thread.join()


# Whoever is not answered does not know: the engine may have been killed behind the approval.
SAYS: dict[bytes, str | None] = {
    b'{"done":{"answer":"approved"}}\n': None,
    b'{"done":{"answer":"refused"}}\n': "refused",
    b'{"done":{"answer":"wait","seconds":4}}\n': "wait",
    b'{"done":{"answer":"not_wanted"}}\n': "not_wanted",
    b'{"done":{"answer":"unusable"}}\n': "not_taken",
    b'{"done":{"answer":"of another version"}}\n': "not_known",
    b'{"done":{}}\n': "not_known",
    b'{"fault":"denied"}\n': "not_in_group",
    b'{"fault":"busy"}\n': "not_known",
    b'{"fault":"failed"}\n': "not_known",
    b"noise\n": "not_known",
    b"": "not_known",
}


@pytest.mark.parametrize("line", SAYS)
def test_each_answer_has_its_sentence(till, line):
    with answering(till.parent / "admin" / "admin.sock", line):
        assert told(till) == SAYS[line]


def test_where_nobody_listens_nothing_was_approved(till):
    assert told(till) == "not_running"
    with short_address(till.parent / "admin", "admin.sock") as address, closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(address)
        assert told(till) == "not_running", "of a run that was killed"
