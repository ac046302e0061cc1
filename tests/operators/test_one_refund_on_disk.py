"""One approval, one refund, with the journal's own files: killed at any place, restarted, set aside, put back from a
backup, with months that turn and clocks that jump.

What is counted is what was handed out: rows that were written, also where the journal has lost them since.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.ledger import JournalHead, Opening, TillKeys
from pos_bridge.journal import months
from pos_bridge.journal.errors import JournalSoundError
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.journal.quarantine import quarantine
from pos_bridge.operators.approvals import GOOD_FOR_MS, Approvals, SupervisedRefunds
from pos_bridge.operators.since import Moment
from tests.journal.makers import Clock, captured, capturing, card, cash, cash_back, forge, opened, refund, refunded
from tests.operators.makers import supervisor

NAMES = st.sampled_from([1, 1, 2])
CENTS = (10_00, 20_00)
_LAST = "(SELECT max(sequence) FROM chain)"
DAMAGES = {
    "its last row's hash is no hash": (f"UPDATE chain SET hash = zeroblob(32) WHERE sequence = {_LAST}",),
    "its last row is gone": (f"DELETE FROM chain WHERE sequence = {_LAST}",),
    "an early row is another": (
        "UPDATE chain SET cents = cents + 5 WHERE sequence = (SELECT min(sequence) FROM chain)",
    ),
}
_WEIGHED: list[tuple[int, str, st.SearchStrategy[object]]] = [
    (2, "approve", st.sampled_from(CENTS)),
    (1, "approve for", st.tuples(NAMES, st.sampled_from(CENTS))),
    (5, "refund", st.tuples(NAMES, st.sampled_from(["", "", "taken", "written"]))),
    (2, "rows", st.sampled_from(["sale", "card", "back"])),
    (2, "days", st.sampled_from([3, 8, -40])),
    (2, "damage", st.sampled_from(sorted(DAMAGES))),
    (1, "restart", st.none()),
    (1, "later", st.sampled_from([1, GOOD_FOR_MS // 2, GOOD_FOR_MS])),
    (1, "boot", st.none()),
    (1, "back up", st.none()),
    (1, "restore", st.none()),
]
STEPS = st.lists(
    st.one_of([st.tuples(st.just(what), value) for times, what, value in _WEIGHED for _ in range(times)]), max_size=12
)
BEGUN = [("rows", "sale"), ("approve", 10_00), ("refund", (1, ""))]
ASKED_AGAIN = [("days", 3), ("refund", (1, "")), ("refund", (2, ""))]  # what is left of any approval is taken now


class Beside:
    """A journal's file as the rule asks it."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    def head(self) -> JournalHead:
        return self._file.head

    async def cash_refunded_since(self, row: bytes) -> bool:
        return self._file.cash_refunded_since(row)


@dataclass
class Asked:
    """A request and what became of its approval: at which row it was taken, and whether all since can be told."""

    cents: int
    whole: bool = True
    refunded: bool = False


class Till:
    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock()
        self.moment = Moment(os.urandom(16), 0)
        self.store = folder / "operators" / "operators.db"
        self.store.parent.mkdir()
        self.approvals = Approvals(self.store, lambda: self.moment)
        self.marie = supervisor(self.store)
        self.approved: list[int] = []
        self.handed: list[int] = []
        self.waiting: dict[int, Asked] = {}  # of each name: what was taken and not written
        self.file = opened(folder / "journal", self.clock)
        self.rule = SupervisedRefunds(self.approvals)

    def close(self) -> None:
        self.file.close()
        self.rule.close()

    async def step(self, what: str, value: object) -> None:
        done = DOES[what](self, value)
        if done is not None:
            await done

    def approve(self, cents: int) -> None:
        assert self.approvals.approve(self.marie, cents)
        self.approved.append(cents)

    async def approve_for(self, asked: tuple[int, int]) -> None:
        name, cents = asked
        if not await self.rule.is_approved(cents, keys(name).request):  # as the engine does (opened.py)
            assert self.approvals.approve(self.marie, cents, keys(name).request)
            self.approved.append(cents)
            self.waiting.pop(name, None)

    def days(self, days: int) -> None:
        """And what month it is then is believed."""
        self.clock.turn(days=days)
        self.file.believe(self.clock())
        self.nothing_certain()

    def later(self, at_ms: int) -> None:
        self.moment = replace(self.moment, at_ms=self.moment.at_ms + at_ms)
        self.nothing_certain()

    def boot(self, _: object) -> None:
        self.moment = Moment(os.urandom(16), self.moment.at_ms)
        self.nothing_certain()
        self.restart()

    # ---- refunds ----

    async def refund(self, asked: tuple[int, str]) -> None:
        """One of 10.00, as the checkout makes it; and where the engine is killed, if it is."""
        name, killed = asked
        if self.file.find_request(keys(name).request) is not None:
            return  # it is told what became of it
        allowed = await self.rule.allows(keys(name).request, 10_00, Beside(self.file))
        waits = self.waiting.get(name)
        if waits is not None and waits.whole and not waits.refunded:
            assert allowed, "nothing was written that may be this refund"
        if not allowed:
            return
        if killed == "taken":
            self.waiting[name] = Asked(10_00, whole=bool(self.rows_in_use()))
            self.restart()
            return
        self.waiting.pop(name, None)
        self.file.open_leg(back := replace(cash_back(10_00), till=keys(name)))
        self.handed.append(10_00)
        self.was_refunded()
        if killed == "written":
            self.restart()
        else:
            self.file.mark_told(back.key)  # from then on a clock can make the journal forget the request

    def write(self, kind: str) -> None:
        match kind:
            case "sale":
                self.file.open_leg(cash())
            case "card":
                sale = card()
                self.file.open_leg(sale)
                self.file.advance(capturing(sale))
                self.file.advance(captured(sale))
                self.file.open_leg(back := refund(sale.key))
                self.file.advance(refunded(back))
            case "back":
                sold: Opening = cash(50_00)
                self.file.open_leg(sold)
                self.file.open_leg(cash_back(50_00, sold.key))
                self.was_refunded()

    def was_refunded(self) -> None:
        for each in self.waiting.values():
            each.refunded = True

    def nothing_certain(self) -> None:
        for each in self.waiting.values():
            each.whole = False

    # ---- the journal ----

    def rows_in_use(self) -> int:
        with months.read_only(self.newest()) as connection:
            found: int = connection.execute("SELECT count(*) FROM chain").fetchone()[0]
        return found

    def newest(self) -> Path:
        return months.files(self.folder / "journal")[-1]

    def restart(self, _: object = None) -> None:
        self.file.close()
        self.rule.close()
        self.rule = SupervisedRefunds(self.approvals)
        self.file = opened(self.folder / "journal", self.clock)

    def copied(self, _: object) -> None:
        self.file.close()
        shutil.rmtree(self.folder / "copy", ignore_errors=True)
        shutil.copytree(self.folder / "journal", self.folder / "copy")
        self.file = opened(self.folder / "journal", self.clock)

    def restored(self, _: object) -> None:
        """As `pos-bridge restore` does: into a state folder that holds nothing, so operators are added anew."""
        if not (self.folder / "copy").exists():
            return
        self.file.close()
        shutil.rmtree(self.folder / "journal")
        shutil.copytree(self.folder / "copy", self.folder / "journal")
        self.store.unlink()
        self.marie = supervisor(self.store)
        self.nothing_certain()
        self.restart()

    def damaged(self, how: str) -> None:
        """And what was asked is lost with it."""
        if not self.rows_in_use():
            return
        self.file.close()
        forge(self.newest(), *DAMAGES[how], "DELETE FROM requests")
        with suppress(JournalSoundError):
            quarantine(self.folder / "journal", self.clock)
        self.nothing_certain()
        self.restart()


DOES: dict[str, Callable[[Till, Any], Awaitable[None] | None]] = {
    "approve": Till.approve,
    "approve for": Till.approve_for,
    "refund": Till.refund,
    "rows": Till.write,
    "restart": Till.restart,
    "days": Till.days,
    "later": Till.later,
    "boot": Till.boot,
    "back up": Till.copied,
    "restore": Till.restored,
    "damage": Till.damaged,
}


def keys(name: int) -> TillKeys:
    request, content, sale = (hashlib.sha256(f"{what} {name}".encode()).digest() for what in ("ask", "what", "sale"))
    return TillKeys(request, content, sale)


def covered(handed: list[int], approved: list[int]) -> bool:
    """Each that was handed out has an approval of its own, of as much."""
    return all(sum(each >= cents for each in handed) <= sum(each >= cents for each in approved) for cents in handed)


async def told(folder: Path, steps: list[tuple[str, object]]) -> None:
    till = Till(folder)
    try:
        for what, value in [*BEGUN, *steps, *ASKED_AGAIN]:
            await till.step(what, value)
            assert covered(till.handed, till.approved)
    finally:
        till.close()


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_never_more_refunds_than_approvals(tmp_path_factory, steps):
    asyncio.run(told(tmp_path_factory.mktemp("till"), steps))


OTHERS = ("sale", "card")


@pytest.mark.parametrize("other", OTHERS)
def test_what_cannot_be_this_refund_uses_no_approval_up(tmp_path, other):
    """Killed between the two; before the till asks again a capture or a sale is written."""
    steps: list[tuple[str, object]] = [
        ("rows", "sale"),
        ("approve", 10_00),
        ("refund", (1, "taken")),
        ("rows", other),
        ("restart", None),
        ("refund", (1, "taken")),
        ("rows", other),
        ("refund", (1, "")),
    ]

    async def story() -> None:
        till = Till(tmp_path)
        try:
            for what, value in steps:
                await till.step(what, value)
            assert till.handed == [10_00]
        finally:
            till.close()

    asyncio.run(story())


GONE: dict[str, list[tuple[str, object]]] = {
    "nothing": [("rows", "sale"), ("restart", None)],
    "cash that was given back of a sale": [("rows", "back")],
    "a month that began": [("days", 8), ("rows", "sale")],
    **{what: [("damage", what)] for what in DAMAGES},
}


@pytest.mark.parametrize(("gone", "killed"), [(gone, killed) for gone in GONE for killed in ("taken", "")][1:])
def test_where_it_may_have_been_used_it_is_used_up(tmp_path, gone, killed):
    """Also where what came behind is lost: with the rows, or with a file that was set aside."""

    async def story() -> None:
        till = Till(tmp_path)
        try:
            for what, value in [("rows", "sale"), ("approve", 10_00), ("refund", (1, killed)), *GONE[gone]]:
                await till.step(what, value)
            before = list(till.handed)
            till.clock.now += timedelta(days=3)
            await till.step("refund", (1, ""))
            assert till.handed == before
        finally:
            till.close()

    asyncio.run(story())
