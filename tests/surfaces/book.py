"""A till's book in a store that breaks: what it asked, what it was told, and whether everybody's accounts agree.

The accounts are the processor's ledger, the till's journal, and what the till was told, live and when it asked again.
Every sale of a book has an amount of its own, by which it is found in all of them. They are compared in accounts.py.
"""

import http.client
import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from hw_sim.processor import control
from hw_sim.reply import Reply
from hw_sim.running import RunningStore
from hw_sim.store.layout import Layout
from hw_sim.till import Till, new_service_id
from tests.surfaces.accounts import SETTLED, Accounts, Return, Row, Sale, Told, journal_rows, last_rows

LIMIT_S = 60.0  # nothing here takes a tenth of it, but machines are slow at times
_CHECK_S = 0.02

Answer = TypeVar("Answer")


def until(condition: Callable[[], Answer], limit_s: float = LIMIT_S) -> Answer:
    """Wait for something that is true in the end, and give it."""
    deadline = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(_CHECK_S)
    return found


class Asking:
    """A payment, or money back, that was asked for and may not be answered yet."""

    def __init__(self, movement: Sale | Return, reply: "Future[Reply | None]") -> None:
        self.movement = movement
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
            told = Told.of(reply.body)
            if told.error == "InProgress":
                return told  # nothing yet
            self.movement.told = told
        return self.movement.told

    @property
    def sale(self) -> Sale:
        assert isinstance(self.movement, Sale)
        return self.movement


class Book:
    """One till in one store. `folder` is DIR as the store's own processes see it."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self.till: Till = store.till()
        self.sales: list[Sale] = []
        self.returns: list[Return] = []
        self.bodies: dict[str, dict[str, Any]] = {}
        self._cents = itertools.count(1000_01)
        self._processor = Layout(store.folder).processor
        self.expired: set[str] = set()  # holds that ran out, which nobody captures or reverses any more
        self._standing: set[str] = set()

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

    def new(self, *, cash: bool = False, split: bool = False, cents: int | None = None) -> Sale:
        sale = Sale(cents or next(self._cents), new_service_id(), cash, split)
        sale.reference = f"sale-{sale.service_id}"
        self.sales.append(sale)
        return sale

    def part(self, of: Sale, paid: int, *, cash: bool = False, cents: int | None = None) -> Sale:
        """Another payment of a split tender, of which `paid` cents were paid."""
        sale = self.new(cash=cash, split=True, cents=cents)
        sale.reference, sale.before = of.reference, paid
        return sale

    def whole(self, of: Sale, *, cents: int) -> Sale:
        """Another payment of the same sale, which does not say that it is split."""
        sale = self.new(cents=cents)
        sale.reference = of.reference
        return sale

    def back(self, of: Sale, cents: int | None = None, *, by_card: bool = False) -> Return:
        """Money to ask back: all of a sale (None), or some of it."""
        asked = Return(of, cents, new_service_id(), by_card)
        self.returns.append(asked)
        return asked

    @contextmanager
    def asking(self, movement: Sale | Return | None = None, *, card: str | None = "visa") -> Iterator[Asking]:
        """Ask for it, with a customer who holds `card`. On return of the block the answer or its loss is noted."""
        movement = movement or self.new()
        with ThreadPoolExecutor(1) as thread, ExitStack() as stack:
            asking = Asking(movement, thread.submit(self._ask, movement))
            if card is not None:
                stack.enter_context(self.store.customer(card))
            try:
                yield asking
                asking.end()
                self.bodies[movement.service_id] = asking.body
            except BaseException:
                with suppress(OSError):
                    self.till.abort(movement.service_id)  # a test that failed waits for nobody
                raise

    def pay(self, sale: Sale | None = None, *, card: str | None = "visa") -> Told:
        """A sale from its ask to its answer."""
        with self.asking(sale, card=card) as asking:
            told = asking.end()
        assert told is not None
        return told

    def give_back(self, asked: Return, *, card: str | None = None) -> Told:
        """Money back, from the ask to its answer."""
        with self.asking(asked, card=card) as asking:
            told = asking.end()
        assert told is not None
        return told

    def pay_cash(self) -> Told:
        return self.pay(self.new(cash=True), card=None)

    def status(self, movement: Sale | Return) -> str | Told:
        """NotFound, InProgress, or what the till is told again."""
        category = movement.category if isinstance(movement, Return) else "Payment"
        reply = self.till.status(movement.service_id, category=category)
        if reply.result == "Failure":
            assert reply.error in {"NotFound", "InProgress"}, reply.error
            return reply.error
        return Told.of(reply.repeated)

    def _ask(self, movement: Sale | Return) -> Reply | None:
        try:
            return self._request(movement)
        except (OSError, http.client.HTTPException):
            return None

    def _request(self, movement: Sale | Return) -> Reply:
        if isinstance(movement, Sale):
            return self.till.pay(
                movement.amount,
                cash=movement.cash,
                split=movement.split,
                paid=None if movement.before is None else str(Decimal(movement.before) / 100),
                service_id=movement.service_id,
                transaction_id=movement.reference,
            )
        assert movement.of.told is not None
        key, service_id = movement.of.told.key, movement.service_id
        if not movement.by_card:
            return self.till.reverse(key, movement.amount, reason=movement.reason, service_id=service_id)
        amount = movement.amount or movement.of.amount
        return self.till.refund(
            amount, key, cash=movement.of.cash, service_id=service_id, transaction_id=f"back-{service_id}"
        )

    # ---- the accounts ----

    def ledger(self, sale: Sale) -> list[dict[str, Any]]:
        """What the processor holds of this sale: by its amount, or its key where that is known."""
        keys = {sale.told.key} if sale.told is not None else set()
        return [row for row in self.held() if row["amount"] == sale.cents or row["key"] in keys]

    def rows(self) -> list[Row]:
        return journal_rows(self.state / "journal")

    def steps(self, sale: Sale) -> list[str]:
        """The journal's steps of this sale, in their order."""
        return [row.step for row in self.rows() if row.kind == "sale" and row.cents == sale.cents]

    def settled(self) -> bool:
        """Nobody has anything left to do."""
        last = {row.step for row in last_rows(self.rows())}
        open_holds = {row["key"] for row in self.held() if row["state"] == "authorised"}
        return last <= SETTLED and open_holds <= self.expired

    def balance(self) -> None:
        """Everybody's accounts agree, once all is settled: about all that was asked since the last time, and in sum."""
        until(self.settled)
        accounts = Accounts(self.held(), self.rows())
        sales, returns = self.sales, self.returns
        self.sales, self.returns = [], []
        returned = {id(each.of): each.of for each in returns}
        for sale in [*sales, *(sale for sale in returned.values() if sale not in sales)]:
            asked = [(each, self._end(each)) for each in returns if each.of is sale]
            if sale.told is not None:
                self._standing.discard(sale.told.key)
            key = accounts.judge(sale, self._end(sale), asked)
            if key is not None:
                self._standing.add(key)
        charged = {row["key"] for row in self.held() if row["state"] == "captured"}
        assert charged == self._standing, "a charge that nobody asked for"

    def stands(self, key: str) -> None:
        """A charge that the test has judged itself."""
        self._standing.add(key)

    def _end(self, movement: Sale | Return) -> str | Told:
        end = self.status(movement)
        assert end != "InProgress", "all is settled"
        return end
