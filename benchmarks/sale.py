"""Card sales through the real engine, taken apart, each beside a round of the floor."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.floor import Floor
from benchmarks.reader import Reader
from benchmarks.store import Peer
from benchmarks.till import Till

CUSTOMER_S = 0.25  # less than any customer takes; the engine has a card room to start in it
BETWEEN_S = 0.1  # the capture and the end of the room, which no till waits for


@dataclass(slots=True)
class Times:
    """Seconds, a list entry a sale: `prompt` ask to lamp, `sealed` swipe to Authorise at the processor, `told` from
    there to the till's answer, `after` the two together, `floor` a round of the floor and `parts` what it is made of.
    """

    prompt: list[float] = field(default_factory=list)
    sealed: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    parts: list[dict[str, float]] = field(default_factory=list)


def paced(till: Till, reader: Reader, peer: Peer, floor: Floor, rounds: int) -> Times:
    """One sale at a time, with a customer between the lamp and the swipe."""
    times = Times()
    for _ in range(rounds):
        request = till.payment()
        asked = time.monotonic()
        till.ask(request)
        reader.wait_for_lamp()
        lit = time.monotonic()
        time.sleep(CUSTOMER_S)
        parts = floor.sale()
        swiped = time.monotonic()
        reader.swipe()
        answer = till.answer()
        answered = time.monotonic()
        arrived = peer.arrival()
        _check(answer)
        times.prompt.append(lit - asked)
        times.sealed.append(arrived - swiped)
        times.told.append(answered - arrived)
        times.after.append(answered - swiped)
        times.floor.append(sum(parts.values()))
        times.parts.append(parts)
        time.sleep(BETWEEN_S)
    return times


def flat_out(till: Till, reader: Reader, peer: Peer, rounds: int) -> float:
    """Sales a second of one lane, each asked for as soon as the one before is answered and swiped with the lamp."""
    requests = [till.payment() for _ in range(rounds)]
    began = time.monotonic()
    for request in requests:
        till.ask(request)
        reader.wait_for_lamp()
        reader.swipe()
        _check(till.answer())
        peer.arrival()
    return rounds / (time.monotonic() - began)


def rows_before_answer(till: Till, reader: Reader, peer: Peer, journal: Path) -> tuple[int, int]:
    """Durable steps of one sale: until the lamp was lit and a customer's time had passed, and until the till's answer.

    Counted in the journal's own sequence: each row of it is a transaction with a sync of its own when one sale runs
    alone. To be asked while the processor holds back what follows the answer.
    """
    before = _rows(journal)
    till.ask(till.payment())
    reader.wait_for_lamp()
    time.sleep(CUSTOMER_S)
    waiting = _rows(journal)
    reader.swipe()
    _check(till.answer())
    peer.arrival()
    return waiting - before, _rows(journal) - before


def _rows(journal: Path) -> int:
    (newest,) = sorted(journal.glob("*.db"))[-1:]
    with closing(sqlite3.connect(f"{newest.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        (found,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM chain").fetchone()
    return int(found)


def _check(answer: bytes) -> None:
    if b'"Result":"Success"' not in answer:
        raise RuntimeError("a sale of the benchmark was not approved")
