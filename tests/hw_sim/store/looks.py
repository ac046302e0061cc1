"""What is looked at of a running store."""

import re
import socket
import time
from pathlib import Path

from tests.processes import survivors


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def port_of(url: str) -> int:
    found = re.fullmatch(r"https://127\.0\.0\.1:(\d+)/nexo", url)
    assert found is not None
    return int(found[1])


def temper(folder: Path, words: str) -> None:
    (folder / "engine").mkdir(exist_ok=True)
    (folder / "engine" / "temper").write_text(words)


def wait_until_gone(processes) -> None:
    deadline = time.monotonic() + 60
    while survivors(processes):
        assert time.monotonic() < deadline
        time.sleep(0.02)
