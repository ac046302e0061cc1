"""`make fuzz N=100000`: so many messages to the real engine, and what is left of them and of it.

python -m tests.surfaces.fuzz --messages N [--seed S]   the same seed sends the same messages again
"""

import argparse
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from hw_sim.running import RunningStore, running_store
from hw_sim.store.layout import Layout
from hw_sim.till import Till
from pos_bridge.wire.nexo.words import ErrorCondition, Result
from tests.processes import descriptors, resident_kib
from tests.surfaces.fuzz_messages import PREFIX, Messages, Sent

_STUCK_S = 0.3  # a message that waits so long has started a payment by card: it is taken back
_LIMIT_S = 60.0
_CONDITIONS = {condition.value for condition in ErrorCondition}
_RESULTS = {result.value for result in Result}
_ERRORS = re.compile(r"\A[a-z-]+(: [A-Za-z.\[\]]+)?\Z")
_GROWTH_KIB = 24 * 1024


class Found(Exception):  # noqa: N818 - a finding of the fuzzer
    """The engine did what it must not."""


@dataclass
class Report:
    """What was seen. `grew_kib`: the engine's memory, from a twentieth of the messages on."""

    messages: int = 0
    seconds: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    taken_back: int = 0
    grew_kib: int = 0
    journal_rows: str = ""

    def lines(self) -> list[str]:
        told = [f"{self.messages} messages in {self.seconds:.0f} s, {self.messages / self.seconds:.0f} a second"]
        told += [f"{count:8}  {answer}" for answer, count in self.answers.most_common()]
        told.append(f"{self.taken_back} card payments taken back; the engine grew by {self.grew_kib} KiB")
        return [*told, self.journal_rows]


class Line:
    """A till's connection, kept open as long as the engine likes, made anew when it ends it."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self._peer: ssl.SSLSocket | None = None
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def ask(self, raw: bytes) -> None:
        head = (
            f"POST /nexo HTTP/1.1\r\nHost: localhost:{self._till._port}\r\nX-API-Key: {self._till._api_key}\r\n"
            f"Content-Length: {len(raw)}\r\n\r\n"
        ).encode()
        try:
            self._send(head + raw)
        except OSError:  # it was ended in the meantime
            self._hang_up()
            self._send(head + raw)

    def answer(self, within_s: float) -> tuple[int, bytes]:
        """Status and body. Raises TimeoutError, and nothing is lost; OSError when the engine hangs up."""
        assert self._peer is not None
        self._peer.settimeout(within_s)
        while not (whole := self._whole()):
            part = self._peer.recv(65536)
            if not part:
                self._hang_up()
                raise ConnectionError("the engine hung up without an answer")
            self._read += part
        status, body, ends = whole
        if ends:
            self._hang_up()
        return status, body

    def _whole(self) -> tuple[int, bytes, bool] | None:
        head, end, rest = self._read.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if not end or length is None or len(rest) < (size := int(length[1])):
            return None
        self._read = rest[size:]
        return int(head[9:12]), rest[:size], b"connection: close" in head

    def _send(self, raw: bytes) -> None:
        if self._peer is None:
            plain = socket.create_connection((self._till._host, self._till._port), timeout=_LIMIT_S)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._peer = self._till._tls.wrap_socket(plain, server_hostname="localhost")
        self._peer.settimeout(_LIMIT_S)
        self._peer.sendall(raw)

    def _hang_up(self) -> None:
        self._read = b""
        if self._peer is not None:
            with suppress(OSError):
                self._peer.close()
            self._peer = None


def fuzz(store: RunningStore, messages: int, seed: int) -> Report:
    """Send them, and look. Raises Found for what must not be."""
    till, report = store.till(), Report(messages)
    supply = Messages(till.poiid, seed)
    engine = int(store.facts["engine_pid"])
    before = log_of(store)
    open_before = size_before = 0
    began = time.monotonic()
    with Line(till) as line:
        for count in range(messages):
            if count == max(messages // 20, 1):
                open_before, size_before = descriptors(engine), resident_kib(engine)
            sent = supply.next()
            line.ask(sent.raw)
            report.answers[judged(sent, *_answer(line, till, report))] += 1
    report.seconds = time.monotonic() - began
    report.grew_kib = resident_kib(engine) - size_before
    _check(store.facts["engine_pid"] == engine, "the engine was started anew")
    _check(descriptors(engine) <= open_before + 4, "the engine keeps files or connections open")
    _check(report.grew_kib < _GROWTH_KIB, f"the engine grew by {report.grew_kib} KiB")
    _check_log(log_of(store)[len(before) :])
    _check(till.pay("1.05", cash=True).result == "Success", "the next sale fails")
    with store.customer("visa"):
        _check(till.pay("1.05").result == "Success", "the next sale by card fails")
    report.journal_rows = _verified(store)
    return report


def _answer(line: Line, till: Till, report: Report) -> tuple[int, bytes]:
    """The answer; a payment that waits for a card is taken back."""
    try:
        return line.answer(_STUCK_S)
    except TimeoutError:
        running = till.status().body.get("MessageReference")
        if running is not None:
            report.taken_back += 1
            till.ask("Abort", {"MessageReference": running})
        return line.answer(_LIMIT_S)


def judged(sent: Sent, status: int, body: bytes) -> str:
    """What the answer is, in a word. Raises Found for one that is not the standard's, or tells of the message."""
    if sent.whole:
        _check(sent.mark.encode() not in body, "the answer repeats what it must not")
    document = json.loads(body) if body else None
    if status != 200:
        _check(status in {400, 413} and isinstance(document, dict), f"HTTP {status}")
        assert isinstance(document, dict)
        (kind,) = document["errors"]
        _check(_ERRORS.match(kind) is not None, "an error that is none of ours")
        return f"{status} {kind.partition(':')[0]}"
    if document is None:
        return "200, empty: aborted"
    if "SaleToPOIRequest" in document:
        (event,) = set(document["SaleToPOIRequest"]) - {"MessageHeader"}
        return f"200 {event}"
    return _nexo(document)


def _nexo(document: dict[str, Any]) -> str:
    _check(list(document) == ["SaleToPOIResponse"], "another envelope")
    envelope = document["SaleToPOIResponse"]
    (name,) = set(envelope) - {"MessageHeader"}
    if name == "EventNotification":
        return f"200 {name}"
    response = envelope[name]["Response"]
    condition = response.get("ErrorCondition")
    _check(response["Result"] in _RESULTS, "a result that is none")
    _check(condition in _CONDITIONS if response["Result"] != "Success" else condition is None, "another condition")
    _check(name == f"{envelope['MessageHeader']['MessageCategory']}Response", "an answer of another category")
    return f"200 {response['Result']} {condition or ''}".rstrip()


def log_of(store: RunningStore) -> list[str]:
    return Layout(store.folder).log.read_text().splitlines()


def _check_log(lines: list[str]) -> None:
    for line in lines:
        _check(PREFIX not in line, "the log has something of a message")
        _check(json.loads(line)["severity"] in {"info", "debug"}, f"the log complains: {json.loads(line)['event']}")


def _verified(store: RunningStore) -> str:
    """What `pos-bridge journal --verify` says of the journal as it is now."""
    words = ["journal", "--verify", "--lang", "en", "--config", str(Layout(store.folder).config)]
    program = [sys.executable, "-m", "pos_bridge", *words]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    _check(done.returncode == 0, f"the journal is damaged: {done.stdout}")
    return done.stdout.strip()


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise Found(what)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.surfaces.fuzz", description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=None, help="printed by each run")
    arguments = parser.parse_args()
    seed = int(time.time()) if arguments.seed is None else arguments.seed
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # by way of every block that cleans up
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, running_store(Path(folder) / "store") as store:
        sys.stdout.write(f"seed {seed}\n")
        for line in fuzz(store, arguments.messages, seed).lines():
            sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
