"""Single pieces of the engine, each called in turn with what stands beside it: journal, request, log line."""

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.figures import Figure, Goal, Unit, median
from benchmarks.floor import Floor
from benchmarks.till import document, payment_body
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.ledger import Advance, Binding, Opening, TillKeys
from pos_bridge.domain.leg import Flow, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.events import CardNotRead
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.log import Log
from pos_bridge.wire.nexo.decode import Message, decode

_POIID = "P400-123456789"
_FAST_ROUNDS = 50  # of what takes microseconds, for each round asked for
_AMOUNT = Amount(1000)


@dataclass(slots=True)
class _Sale:
    """Writes a card sale's steps into a journal one by one."""

    journal: JournalFile
    key: LegKey | None = None
    taken: bool = False

    def step(self) -> None:
        if self.key is None:
            self.key = LegKey.fresh()
            self.journal.open_leg(_opening(self.key))
        elif not self.taken:
            binding = Binding(os.urandom(32), os.urandom(64))
            self.journal.advance(Advance(self.key, State.CAPTURING, None, _AMOUNT, binding))
            self.taken = True
        else:
            self.journal.advance(Advance(self.key, State.CAPTURED, None, _AMOUNT))
            self.key, self.taken = None, False


def journal(folder: Path, floor: Floor, rounds: int) -> Figure:
    with ExitStack() as stack:
        file = JournalFile.open(folder / "journal", 1, lambda: datetime.now().astimezone())
        stack.callback(file.close)
        sale = _Sale(file)
        sale.step()
        took = in_turn(rounds, {"commit": sale.step, "append": floor.append})
    return Figure(
        "journal commit",
        Unit.MICROSECONDS,
        median(took["commit"]),
        median(took["append"]),
        "append + fdatasync of the row's bytes",
        Goal(1.5),
    )


def request(rounds: int) -> Figure:
    raw = document("Payment", payment_body(), _POIID)
    assert isinstance(decode(raw), Message)
    took = in_turn(rounds * _FAST_ROUNDS, {"decode": lambda: decode(raw), "loads": lambda: json.loads(raw)})
    return Figure(
        "request decoded and validated",
        Unit.MICROSECONDS,
        median(took["decode"]),
        median(took["loads"]),
        "json.loads, nothing checked",
        Goal(0.5),
    )


def log_event(folder: Path, rounds: int) -> Figure:
    with ExitStack() as stack:
        log = Log(folder / "bench.log")
        stack.callback(log.close)
        raw = os.open(folder / "raw.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        stack.callback(os.close, raw)

        def write() -> None:
            line = {"severity": "warning", "reason": "no_card", "timestamp": "2026-01-01T00:00:00.000000Z"}
            os.write(raw, msgspec.json.encode({**line, "event": "CardNotRead"}) + b"\n")

        took = in_turn(
            rounds * _FAST_ROUNDS, {"event": lambda: log.emit(CardNotRead(ReadFailure.NO_CARD)), "write": write}
        )
    return Figure(
        "log event",
        Unit.MICROSECONDS,
        median(took["event"]),
        median(took["write"]),
        "one encode and one write of the same line",
        Goal(3),
    )


def in_turn(rounds: int, calls: Mapping[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """Seconds of each call, the calls taking turns so that a busy moment of the machine meets all of them."""
    took: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            took[name].append(time.perf_counter() - began)
    return took


def _opening(key: LegKey) -> Opening:
    return Opening(
        key=key,
        tender=Tender.CARD,
        state=State.INTENT,
        amount=_AMOUNT,
        partial_ok=False,
        flow=Flow.TWO_MESSAGES,
        till=TillKeys(os.urandom(32), os.urandom(32), os.urandom(32)),
        order_digest=os.urandom(32),
        order_salt=os.urandom(16),
        not_after_ms=time.time_ns() // 1_000_000 + 240_000,
    )
