"""`make fuzz N=100000`: so many messages to the real engine, and what is left of them and of it.

python -m tests.surfaces.fuzz --messages N [--seed S]   the same seed sends the same messages again
"""

import argparse
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

from hw_sim.running import RunningStore, running_store
from hw_sim.store.layout import Layout
from pos_bridge.wire.nexo.words import ErrorCondition, Result
from tests.processes import descriptors, resident_kib
from tests.surfaces.fuzz_line import LIMIT_S, Line, SealedLine
from tests.surfaces.fuzz_messages import PREFIX, Messages, Sent

_LINES = 8
_EACH_SEALED = 4  # of the lines one in so many speaks encrypted only
_TOLD_EACH = 5_000
_STUCK_S = 0.5  # a message that waits so long has started a payment by card: it is taken back
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
    lock: Lock = field(default_factory=Lock)
    over: Event = field(default_factory=Event)

    def lines(self) -> list[str]:
        told = [f"{self.messages} messages in {self.seconds:.0f} s, {self.messages / self.seconds:.0f} a second"]
        told += [f"{count:8}  {answer}" for answer, count in self.answers.most_common()]
        told.append(f"{self.taken_back} card payments taken back; the engine grew by {self.grew_kib} KiB")
        return [*told, self.journal_rows]


def fuzz(store: RunningStore, messages: int, seed: int, say: Callable[[str], object] = len) -> Report:
    """Send them, and look. `say` is told from time to time how far it is. Raises Found for what must not be.

    The first ones come one after the other, until the engine has its size; the others on several lines at once.
    """
    report = Report(messages)
    engine = int(store.facts["engine_pid"])
    log_before = len(log_of(store))
    began = time.monotonic()
    first = max(messages // 20, 1)
    _send(store, first, seed, report)
    open_before, size_before = descriptors(engine), resident_kib(engine)
    shares = [(messages - first + line) // _LINES for line in range(_LINES)]
    with ThreadPoolExecutor(_LINES) as pool:
        lines = [
            pool.submit(_send, store, share, seed + at + 1, report, say, sealed=at % _EACH_SEALED == 1)
            for at, share in enumerate(shares)
        ]
        try:
            for line in lines:
                line.result()
        finally:
            report.over.set()  # whatever it was that one of them found, the others need not go on
    report.seconds = time.monotonic() - began
    report.grew_kib = resident_kib(engine) - size_before
    _check(store.facts["engine_pid"] == engine, "the engine was started anew")
    _check(descriptors(engine) <= open_before + 4 + _LINES, "the engine keeps files or connections open")
    _check(report.grew_kib < _GROWTH_KIB, f"the engine grew by {report.grew_kib} KiB")
    _check_log(log_of(store)[log_before:])
    till = store.till()
    _check(till.pay("1.05", cash=True).result == "Success", "the next sale fails")
    with store.customer("visa"):
        _check(till.pay("1.05").result == "Success", "the next sale by card fails")
    report.journal_rows = _verified(store)
    return report


def _send(
    store: RunningStore,
    count: int,
    seed: int,
    report: Report,
    say: Callable[[str], object] = len,
    *,
    sealed: bool = False,
) -> None:
    """So many on one line."""
    supply, began = Messages(store.till().poiid, seed), time.monotonic()
    with SealedLine(store.till(encrypted=True), seed) if sealed else Line(store.till()) as line:
        for sent_before in range(count):
            if report.over.is_set():
                return
            if sent_before and sent_before % _TOLD_EACH == 0:
                say(f"{sent_before} of {count} on this line, {time.monotonic() - began:.0f} s\n")
            sent = supply.next()
            line.ask(sent.raw)
            word = judged(sent, *_answer(line, report))
            with report.lock:
                report.answers[word] += 1


def _answer(line: Line, report: Report) -> tuple[int, bytes]:
    """The answer; a payment that waits for a card is taken back."""
    try:
        return line.answer(_STUCK_S)
    except TimeoutError:
        status = line.till.status()
        if status.error == "InProgress" and "MessageReference" in status.body:
            report.taken_back += 1
            line.till.ask("Abort", {"MessageReference": status.body["MessageReference"]})
        return line.answer(LIMIT_S)


def judged(sent: Sent, status: int, body: bytes) -> str:
    """What the answer is, in a word. Raises Found for one that is not the standard's, or tells of the message."""
    if sent.whole:
        _check(sent.mark.encode() not in body, "the answer repeats what it must not")
    document = json.loads(body) if body else None
    if status != 200:
        _check(status in {400, 401, 413} and isinstance(document, dict), f"HTTP {status}")
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
    _check(name == f"{envelope['MessageHeader']['MessageCategory']}Response", "an answer of another category")
    responses = list(_responses(envelope[name]))
    _check(bool(responses), "an answer that does not say how it went")
    for response in responses:
        condition = response.get("ErrorCondition")
        _check(response["Result"] in _RESULTS, "a result that is none")
        _check(condition in _CONDITIONS if response["Result"] != "Success" else condition is None, "another condition")
    return f"200 {responses[0]['Result']} {responses[0].get('ErrorCondition', '')}".rstrip()


def _responses(value: Any) -> Iterator[dict[str, Any]]:
    """What it says of how it went: of a message, or of each of its outputs and inputs (Display, Input, Print)."""
    match value:
        case {"Result": str()}:
            yield value
        case dict():
            for part in value.values():
                yield from _responses(part)
        case list():
            for part in value:
                yield from _responses(part)


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
        for line in fuzz(store, arguments.messages, seed, sys.stderr.write).lines():
            sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
