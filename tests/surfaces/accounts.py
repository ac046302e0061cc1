"""Everybody's accounts of one store: the processor's ledger, the journal, and what a till was told. Reads only."""

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

NO_KEY = str(UUID(int=0))
SETTLED = {
    "declined", "ended", "captured", "capture_lost", "reversed", "given_back", "refunded", "refund_declined",
    "cash_taken", "cash_cancelled", "cash_refunded",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What a till was told about a payment, a refund or a reversal, as far as money goes."""

    result: str
    error: str | None
    key: str
    cents: int | None
    message: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Told":
        """`body` is a PaymentResponse or a ReversalResponse."""
        response = body["Response"]
        moved = body.get("PaymentResult", {}).get("AmountsResp", {}).get("AuthorizedAmount", body.get("ReversedAmount"))
        return cls(
            response["Result"],
            response.get("ErrorCondition"),
            body["POIData"]["POITransactionID"]["TransactionID"],
            None if moved is None else int(Decimal(str(moved)) * 100),
            response.get("AdditionalResponse", ""),
        )

    @property
    def paid(self) -> bool:
        """Money moved as asked, or in part."""
        return self.result != "Failure"

    def same_as(self, later: "Told") -> bool:
        """Sentences apart: what a receipt shows may have to be fetched."""
        return (self.result, self.error, self.key, self.cents) == (later.result, later.error, later.key, later.cents)


@dataclass(slots=True)
class Sale:
    """One payment of the book; `told` is its own answer, None when the line was lost first.

    `reference`: the till's name for the sale, which the parts of a split tender share. `before`: cents that were paid
    by its parts before this one.
    """

    cents: int
    service_id: str
    cash: bool
    split: bool
    told: Told | None = None
    reference: str = ""
    before: int | None = None

    @property
    def amount(self) -> str:
        return str(Decimal(self.cents) / 100)


@dataclass(slots=True)
class Return:
    """Money asked back of a sale: `cents` of it, or all (None); by its reference, or to its card (or in cash) again."""

    of: Sale
    cents: int | None
    service_id: str
    by_card: bool = False
    reason: str | None = "MerchantCancel"
    told: Told | None = None

    @property
    def category(self) -> str:
        return "Payment" if self.by_card else "Reversal"

    @property
    def amount(self) -> str | None:
        return None if self.cents is None else str(Decimal(self.cents) / 100)


@dataclass(frozen=True, slots=True)
class Row:
    """One step of the journal's chain. `leg` is the chain's own name for it."""

    leg: bytes
    step: str
    kind: str
    tender: str
    cents: int


def journal_rows(folder: Path) -> list[Row]:
    """All of the newest month, from a copy: a reader must not be felt by the engine."""
    newest = max(folder.glob("[0-9]*.db"))
    with tempfile.TemporaryDirectory() as copies:
        copy = Path(copies) / newest.name
        copy.write_bytes(newest.read_bytes())
        log = Path(f"{newest}-wal")
        if log.exists():
            Path(f"{copy}-wal").write_bytes(log.read_bytes())
        with closing(sqlite3.connect(copy)) as connection:
            rows = connection.execute("SELECT leg, step, kind, tender, cents FROM chain ORDER BY sequence")
            return [Row(*row) for row in rows.fetchall()]


def last_rows(rows: Sequence[Row]) -> list[Row]:
    """Where each leg stands."""
    return list({row.leg: row for row in rows}.values())


class Accounts:
    """The processor's ledger and the journal, once nobody has anything left to do."""

    def __init__(self, ledger: Sequence[dict[str, Any]], rows: Sequence[Row]) -> None:
        self._ledger = ledger
        self._last = last_rows(rows)

    def judge(self, sale: Sale, end: "str | Told", returns: Sequence[tuple[Return, "str | Told"]]) -> str | None:
        """One sale, and all that was asked back of it. The key of its charge if that stands, None otherwise."""
        steps = [row.step for row in self._last if row.kind == "sale" and row.cents == sale.cents]
        held = [row for row in self._ledger if row["amount"] == sale.cents and row["kind"] == "sale"]
        if isinstance(end, str) or end.key == NO_KEY:
            assert sale.told is None or (not sale.told.paid and sale.told.key == NO_KEY), "no leg, so none to tell of"
            assert held == [], "NotFound, or closed, only for what never reached the processor"
            assert steps == []
            return None
        if sale.told is not None:
            assert sale.told.same_as(end)
        held += [row for row in self._ledger if row["key"] == end.key and row not in held]
        assert {row["key"] for row in held} <= {end.key}, "one sale, one key"
        if sale.cash:
            assert held == []
            assert steps == ["cash_taken"]
            return None
        back, refunds = self._given_back(end, returns)
        standing = [row for row in held if row["state"] in {"authorised", "captured"}]
        if not end.paid:
            assert standing == []
            assert refunds == [] or [row["state"] for row in refunds] == ["refunded"], "what came too late went back"
            assert set(steps) <= {"declined", "ended", "reversed", "given_back"}
            return None
        assert end.cents is not None
        if standing:
            assert [(row["state"], row["amount"]) for row in standing] == [("captured", end.cents)]
            assert steps == ["captured"]
            assert sum(row["amount"] for row in refunds if row["state"] == "refunded") == back
            return end.key
        assert [row["state"] for row in held] == ["reversed"]
        assert steps == ["reversed"]
        assert (refunds, back) == ([], end.cents), "nothing stands, so all of it was asked back, once"
        return None

    def _given_back(
        self, end: Told, returns: Sequence[tuple[Return, "str | Told"]]
    ) -> tuple[int, list[dict[str, Any]]]:
        """Cents that the till was told to have come back, and the processor's refunds of that sale."""
        back = 0
        for asked, told in returns:
            if isinstance(told, str):
                assert asked.told is None, "told of, so known"
                continue
            assert asked.told is None or asked.told.same_as(told)
            if told.paid:
                assert told.cents is not None
                assert told.cents == asked.cents or (asked.cents is None and told.cents <= (end.cents or 0))
                back += told.cents
        refunds = [row for row in self._ledger if row.get("sale_key") == end.key]
        return back, [row for row in refunds if row["state"] == "refunded"]
