"""Controlling a running store from outside: a line of JSON in, a line of JSON out, then the connection ends.

The client's half, for the command line and for tests: light to import. Closing the connection withdraws the request.
"""

import json
import select
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from hw_sim.unix_path import short_address

SOCKET_NAME = "store.sock"
LONGEST_WAIT_S = 30.0
_CHUNK = 65_536


class StoreError(Exception):
    """The store refuses, or is not there. The message is for whoever typed the command."""


class FailedError(Exception):
    """The store tried, and it failed. The message says why."""


def swipe(folder: Path, card: str, *, reader: str | None = None, wait_s: float = LONGEST_WAIT_S) -> bool:
    """Present a card when the engine wants one on that reader. False: nobody wanted it within `wait_s` (0..30)."""
    return bool(_ask(folder, {"do": "swipe", "card": card, "reader": reader, "wait": wait_s})["presented"])


def swipe_now(folder: Path, card: str, *, reader: str | None = None) -> bool:
    """Present a card at once, wanted or not. False: the reader is unplugged."""
    return bool(_ask(folder, {"do": "swipe-now", "card": card, "reader": reader})["presented"])


def break_reader(folder: Path, fault: str, *, reader: str | None = None, at: int | None = None) -> None:
    """Do unplug (`at`: after so many bytes of the next swipe), replug, noise, stall or garbage to a reader."""
    _ask(folder, {"do": "reader", "fault": fault, "reader": reader, "at": at})


def insert(
    folder: Path,
    card: str,
    *,
    reader: str | None = None,
    faults: Sequence[str] = (),
    oda: str | None = None,
    t0: bool = False,
) -> None:
    """Put a card's chip into a reader. Returns when the reader has seen it."""
    _ask(folder, {"do": "insert", "card": card, "reader": reader, "faults": list(faults), "oda": oda, "t0": t0})


def replay(folder: Path, file: Path, *, reader: str | None = None, t0: bool = False) -> None:
    """Insert a recorded card; `file` as the store sees it: absolute."""
    _ask(folder, {"do": "replay", "file": str(file), "reader": reader, "t0": t0})


def remove(folder: Path, *, reader: str | None = None) -> str | None:
    """Take the card out. Gives what it told (a recorded card's surprises); None: there was none."""
    answer = _ask(folder, {"do": "remove", "reader": reader})
    return str(answer["told"]) if answer["removed"] else None


def enter_pin(folder: Path, pin: str | None, *, reader: str | None = None, wait_s: float = LONGEST_WAIT_S) -> bool:
    """Enter a PIN when the PIN pad asks for one; None: press cancel. False: it did not ask within `wait_s`."""
    return bool(_ask(folder, {"do": "pin", "pin": pin, "reader": reader, "wait": wait_s})["entered"])


def answer(folder: Path, word: str, *, wait_s: float = LONGEST_WAIT_S) -> tuple[list[str], list[str]] | None:
    """Answer what the pad asks: yes, no, cancel or an entry's number. Its lines and entries; None: nothing came."""
    told = _ask(folder, {"do": "answer", "answer": word, "wait": wait_s})
    return (list(told["lines"]), list(told["entries"])) if told["answered"] else None


def shown(folder: Path) -> list[str]:
    """What the customer's display shows, line by line."""
    return list(_ask(folder, {"do": "counter", "device": "display", "action": "show"})["shown"])


def change_counter(folder: Path, device: str, action: str) -> None:
    """Do unplug or replug to the display, printer or pad; out or paper to the printer."""
    _ask(folder, {"do": "counter", "device": device, "action": action})


def change_pcscd(folder: Path, action: str) -> None:
    """start, stop; log and silent restart it with and without a log of what passes."""
    _ask(folder, {"do": "pcscd", "action": action})


def kill_engine(folder: Path) -> None:
    """SIGKILL to the engine, if it runs. Returns once it is gone."""
    _ask(folder, {"do": "engine", "action": "kill"})


def restart_engine(folder: Path) -> None:
    """End the engine if it runs, start it. Returns once it is ready. FailedError has the engine's own message."""
    _ask(folder, {"do": "engine", "action": "restart"})


class Customer:
    """Somebody in line with a card in hand, gone with it when the block ends. Raises StoreError."""

    def __init__(self, folder: Path, card: str, *, reader: str | None = None) -> None:
        self._folder = folder
        request = {"do": "swipe", "card": card, "reader": reader, "wait": LONGEST_WAIT_S}
        self._connection = _asked(folder, request)
        self._end: bool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def presented(self, within_s: float = LONGEST_WAIT_S) -> bool:
        """Whether the card was, by then."""
        if self._end is None and _readable(self._connection, within_s):
            self._end = bool(_answered(self._folder, self._connection)["presented"])
        return bool(self._end)

    def leave(self) -> None:
        self._connection.close()


def _readable(connection: socket.socket, within_s: float) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(within_s * 1000))


def _ask(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Raises StoreError or FailedError."""
    with _asked(folder, request) as connection:
        return _answered(folder, connection)


def _asked(folder: Path, request: dict[str, Any]) -> socket.socket:
    """The line on which the answer will come. Raises StoreError."""
    if not folder.is_dir():
        raise StoreError(f"{folder}: no such folder")
    connection = socket.socket(socket.AF_UNIX)
    try:
        with short_address(folder / "world", SOCKET_NAME) as address:
            connection.connect(address)
        connection.sendall(json.dumps(request).encode() + b"\n")
    except OSError:
        connection.close()
        raise StoreError(f"{folder}: no store is running there") from None
    return connection


def _answered(folder: Path, connection: socket.socket) -> dict[str, Any]:
    """Raises StoreError or FailedError."""
    try:
        raw = b"".join(iter(lambda: connection.recv(_CHUNK), b""))
    except OSError:
        raise StoreError(f"{folder}: no store is running there") from None
    if not raw.endswith(b"\n"):
        raise StoreError(f"{folder}: the store ended before it answered")
    answer: dict[str, Any] = json.loads(raw)
    if "refused" in answer:
        raise StoreError(answer["refused"])
    if "failed" in answer:
        raise FailedError(answer["failed"])
    return answer
