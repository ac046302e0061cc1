"""A till's book in a store that breaks: what it asked, what it was told, and whether everybody's accounts agree.

The accounts are the processor's ledger, the till's journal, and what the till was told, live and when it asked again.
Every sale of a book has an amount of its own, by which it is found in all of them.
"""

import http.client
import itertools
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from hw_sim.processor import control
from hw_sim.running import RunningStore
from hw_sim.store.layout import Layout
from hw_sim.till import Reply, Till, new_service_id

LIMIT_S = 60.0  # nothing here takes a tenth of it, but machines are slow at times
_CHECK_S = 0.02
_STANDING = {"authorised", "captured"}
NO_KEY = str(UUID(int=0))
_SETTLED_STEPS = {"declined", "ended", "captured", "capture_lost", "reversed", "cash_taken"}

Answer = TypeVar("Answer")


def until(condition: Callable[[], Answer], limit_s: float = LIMIT_S) -> Answer:
    """Wait for something that is true in the end, and give it."""
    deadline = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(_CHECK_S)
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What a till was told about a payment, as far as money goes."""

    result: str
    error: str | None
    key: str
    cents: int | None
    message: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Told":
        """`body` is a PaymentResponse."""
        response = body["Response"]
        paid = body.get("PaymentResult", {}).get("AmountsResp", {}).get("AuthorizedAmount")
        return cls(
            response["Result"],
            response.get("ErrorCondition"),
            body["POIData"]["POITransactionID"]["TransactionID"],
            None if paid is None else int(Decimal(paid) * 100),
            response.get("AdditionalResponse", ""),
        )

    @property
    def paid(self) -> bool:
        return self.result != "Failure"


@dataclass(slots=True)
class Sale:
    """One payment of the book; `told` is its own answer, None when the line was lost first."""

    cents: int
    service_id: str
    cash: bool
    split: bool
    told: Told | None = None

    @property
    def amount(self) -> str:
        return str(Decimal(self.cents) / 100)


class Asking:
    """A payment that was asked for and may not be answered yet."""

    def __init__(self, sale: Sale, reply: "Future[Reply | None]") -> None:
        self.sale = sale
        self.body: dict[str, Any] = {}
        self._reply = reply

    @property
    def answered(self) -> bool:
        return self._reply.done()

    def end(self) -> Told | None:
        """Wait for its answer, or for its line to be lost."""
        reply = self._reply.result(LIMIT_S)
        if reply is not None and reply.status == 200:
            self.body = reply.body
            self.sale.told = Told.of(reply.body)
        return self.sale.told


class Book:
    """One till in one store. `folder` is DIR as the store's own processes see it."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self.till: Till = store.till()
        self.sales: list[Sale] = []
        self.bodies: dict[str, dict[str, Any]] = {}
        self._cents = itertools.count(10_01)
        self._processor = Layout(store.folder).processor
        self._balanced = 0

    @property
    def engine_pid(self) -> int:
        return int(self.store.facts["engine_pid"])

    @property
    def state(self) -> Path:
        """The engine's state folder, reached through the store: its disk may be mounted for it alone."""
        return Path(f"/proc/{self.store.process.pid}/root{self.store.folder.absolute()}") / "engine" / "state"

    def mode(self, word: str, value: float | None = None) -> None:
        """As `pos-bridge-sim processor DIR MODE`."""
        control.set_mode(self._processor, word, value)

    def held(self) -> list[dict[str, Any]]:
        """All that the processor holds, as `pos-bridge-sim processor DIR ledger`."""
        return control.ledger(self._processor)

    def in_session(self) -> None:
        """Wait until the engine knows the processor: a fault that begins now is one of a payment, not of the line."""
        until(lambda: self.till.diagnosis().additional["processor"] == "ok")

    # ---- asking ----

    def new(self, *, cash: bool = False, split: bool = False) -> Sale:
        sale = Sale(next(self._cents), new_service_id(), cash, split)
        self.sales.append(sale)
        return sale

    @contextmanager
    def asking(self, sale: Sale | None = None, *, card: str | None = "visa") -> Iterator[Asking]:
        """Ask for it, with a customer who holds `card`. On return of the block the answer or its loss is noted."""
        sale = sale or self.new()
        with ThreadPoolExecutor(1) as thread, ExitStack() as stack:
            asking = Asking(sale, thread.submit(self._ask, sale))
            if card is not None:
                stack.enter_context(self.store.customer(card))
            try:
                yield asking
                asking.end()
                self.bodies[sale.service_id] = asking.body
            except BaseException:
                with suppress(OSError):
                    self.till.abort(sale.service_id)  # a test that failed waits for nobody
                raise

    def pay(self, sale: Sale | None = None, *, card: str | None = "visa") -> Told:
        """A sale from its ask to its answer."""
        with self.asking(sale, card=card) as asking:
            told = asking.end()
        assert told is not None
        return told

    def pay_cash(self) -> Told:
        return self.pay(self.new(cash=True), card=None)

    def status(self, sale: Sale) -> str | Told:
        """NotFound, InProgress, or what the till is told again."""
        reply = self.till.status(sale.service_id)
        if reply.result == "Failure":
            assert reply.error in {"NotFound", "InProgress"}, reply.error
            return reply.error
        return Told.of(reply.body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"])

    def _ask(self, sale: Sale) -> Reply | None:
        reference = f"sale-{sale.service_id}"
        try:
            return self.till.pay(
                sale.amount, cash=sale.cash, split=sale.split, service_id=sale.service_id, transaction_id=reference
            )
        except (OSError, http.client.HTTPException):
            return None

    # ---- the accounts ----

    def ledger(self, sale: Sale) -> list[dict[str, Any]]:
        """What the processor holds of this sale: by its amount, or its key where that is known."""
        keys = {sale.told.key} if sale.told is not None else set()
        return [row for row in self.held() if row["amount"] == sale.cents or row["key"] in keys]

    def steps(self, sale: Sale) -> list[str]:
        """The journal's steps of this sale, in their order."""
        return [step for cents, step in _journal(self.state / "journal") if cents == sale.cents]

    def settled(self) -> bool:
        """Nobody has anything left to do."""
        last = dict(_journal(self.state / "journal"))
        return set(last.values()) <= _SETTLED_STEPS and all(row["state"] != "authorised" for row in self.held())

    def balance(self) -> None:
        """Everybody's accounts agree, once all is settled: for every sale since the last time, and in sum."""
        until(self.settled)
        ledger = self.held()
        last = dict(_journal(self.state / "journal"))
        while self.sales:
            self._balanced += self._balance(self.sales.pop(), ledger, last)
        assert self._balanced == sum(row["state"] == "captured" for row in ledger), "a charge that nobody asked for"

    def _balance(self, sale: Sale, ledger: list[dict[str, Any]], last: dict[int, str]) -> int:
        """How many charges stand for this sale: 0 or 1."""
        end = self.status(sale)
        assert end != "InProgress", "all is settled"
        held = [row for row in ledger if row["amount"] == sale.cents]
        if isinstance(end, str) or end.key == NO_KEY:
            assert sale.told is None or (not sale.told.paid and sale.told.key == NO_KEY), "no leg, so none to tell of"
            assert held == [], "NotFound, or closed, only for what never reached the processor"
            assert sale.cents not in last
            return 0
        if sale.told is not None:
            assert (end.result, end.error, end.cents) == (sale.told.result, sale.told.error, sale.told.cents)
            assert end.key == sale.told.key
        held += [row for row in ledger if row["key"] == end.key and row not in held]
        assert {row["key"] for row in held} <= {end.key}, "one sale, one key"
        standing = [row for row in held if row["state"] in _STANDING]
        if sale.cash:
            assert held == []
            assert last[sale.cents] == "cash_taken"
        elif end.paid:
            assert [(row["state"], row["amount"]) for row in standing] == [("captured", end.cents)]
            assert last[sale.cents] == "captured"
        else:
            assert standing == []
            assert last.get(sale.cents) in {None, "declined", "ended", "reversed"}
        return len(standing)


def _journal(folder: Path) -> list[tuple[int, str]]:
    """(cents, step) of each row of the newest month, from a copy: a reader must not be felt by the engine."""
    newest = max(folder.glob("[0-9]*.db"))
    with tempfile.TemporaryDirectory() as copies:
        copy = Path(copies) / newest.name
        copy.write_bytes(newest.read_bytes())
        log = Path(f"{newest}-wal")
        if log.exists():
            Path(f"{copy}-wal").write_bytes(log.read_bytes())
        with closing(sqlite3.connect(copy)) as connection:
            return connection.execute("SELECT cents, step FROM chain ORDER BY sequence").fetchall()
