"""Single pieces of the engine, each called in turn with what stands beside it: journal, request, log line."""

import json
import os
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from benchmarks import pydantic_request
from benchmarks.figures import Figure, Goal, Unit, beside, in_turn, median
from benchmarks.floor import Floor
from benchmarks.till import document, payment_body
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.ledger import Advance, Binding, Opening, TillKeys
from pos_bridge.domain.leg import Flow, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.log.events import CardNotRead
from pos_bridge.log.log import Log
from pos_bridge.wire.nexo.decode import Message, decode

_POIID = "P400-123456789"
_FAST_ROUNDS = 50  # of what takes microseconds, for each round asked for
_AMOUNT = Amount(1000)
_NOT_CHECKED = "json.loads, nothing checked"


@dataclass(slots=True)
class CardSales:
    """Writes card sales into a journal, one durable step a call: intent, approval, capture, and again."""

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


def pieces(folder: Path, floor: Floor, rounds: int) -> list[Figure]:
    return [_journal(folder, floor, rounds * 3), *_request(rounds), _log_event(folder, rounds)]


def _journal(folder: Path, floor: Floor, rounds: int) -> Figure:
    with closing(JournalFile.open(folder / "journal", 1, lambda: datetime.now().astimezone())) as file:
        took = in_turn(rounds, {"commit": CardSales(file).step, "append": floor.append})
    what = "append + fdatasync of the row's bytes"
    return beside("journal commit", Unit.MICROSECONDS, took, what, Goal(1.5))


def _request(rounds: int) -> list[Figure]:
    raw = document("Payment", payment_body(), _POIID)
    assert isinstance(decode(raw), Message)
    assert pydantic_request.read(raw) is not None
    calls = {
        "decode": lambda: decode(raw),
        "loads": lambda: json.loads(raw),
        "peer": lambda: pydantic_request.read(raw),
    }
    took = in_turn(rounds * _FAST_ROUNDS, calls)
    us, measured = Unit.MICROSECONDS, median(took["decode"])
    return [
        Figure("request decoded and validated", us, measured, median(took["loads"]), _NOT_CHECKED, Goal(0.5)),
        Figure("  beside pydantic", us, measured, median(took["peer"]), "pydantic, the same fields and bounds"),
    ]


def _log_event(folder: Path, rounds: int) -> Figure:
    line = {"timestamp": "2026-01-01T00:00:00.000000Z", "severity": "warning", "event": "CardNotRead"}
    with ExitStack() as stack:
        log = Log(folder / "bench.log")
        stack.callback(log.close)
        raw = os.open(folder / "raw.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        stack.callback(os.close, raw)

        def event() -> None:
            log.emit(CardNotRead(ReadFailure.UNREADABLE))

        def write() -> None:
            os.write(raw, msgspec.json.encode({**line, "reason": "unreadable"}) + b"\n")

        took = in_turn(rounds * _FAST_ROUNDS, {"event": event, "write": write})
    return beside("log event", Unit.MICROSECONDS, took, "one encode and one write of the same line", Goal(3))


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
