"""A re-identification attempt: from all that a till keeps, a bank statement and a camera's clock, who was it?

A real store, on a clock that is set, sells for some hours; then somebody is erased, the member and the delivery. The
attacker has every file of the till with its times, and every key; the statement of the erased person's bank card (and
another customer's), and the minute at which a camera saw them pay. What they try: attack_times.py, attack_cards.py.

Admitted in docs/privacy/analysis.md, and shown here to be no more than is said there:

- the order of the chain;
- the time at which files were made and last changed: of the very last sale, and of the first and last with a choice,
  until the till is stopped or somebody is erased;
- for 48 hours, and until a day's key is destroyed, the answers with which a till is told again what it was told;
- an amount that was paid once on a day names one row, with its hour.
"""

import os
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from pos_bridge.domain.identity import Chouchous, HomeDelivery
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewing import Progress
from tests.surfaces.attack_cards import linked
from tests.surfaces.attack_kept import Kept, copied
from tests.surfaces.attack_times import Hint, Placed, hints, placed
from tests.surfaces.book import until
from tests.surfaces.days_of_a_till import Hours, Paid, Visit, hours

ALICE, CAROL = (("member", "CH-77-2918-4455"),), (("member", "CH-40-7715-0063"),)
ALICES_ORDER = (("order", "WEB/2026.11-774421"),)
HERS = "visa"
VISITS = (
    Visit("13:07", "31.40", HERS, ALICE),
    Visit("13:19", "24.55"),
    Visit("13:31", "48.20", "mastercard"),
    Visit("13:52", "22.75", None, CAROL),
    Visit("14:04", "31.40", "discover"),
    Visit("14:23", "27.15", HERS, ALICES_ORDER),
    Visit("14:41", "36.90"),
    Visit("15:09", "31.40", "mastercard", CAROL),
    Visit("15:27", "64.35", HERS),
    Visit("15:44", "29.95", None, ALICE),
    Visit("16:06", "21.10", "mastercard"),
    Visit("16:21", "33.30", "amex", CAROL),
    Visit("16:38", "26.60"),
)


@dataclass(frozen=True)
class Day:
    """What the attacker holds: of the till as it runs, right after the erasure, and three days later."""

    hours: Hours
    sales: list[Paid]
    live: Kept
    erased: Kept
    later: Kept

    @property
    def hers(self) -> list[Paid]:
        """All that the erased person paid, known or not."""
        return [sale for sale in self.sales if sale.visit.card == HERS or sale.visit.gives == ALICE]

    @property
    def cards(self) -> dict[bytes, str]:
        return {sale.key: sale.visit.card for sale in self.sales if sale.visit.card is not None}

    def placed(self, kept: Kept) -> list[Placed]:
        return placed(hints(kept, self.hours.day), self.hours.between)

    def visits(self, found: list[Placed]) -> set[str]:
        return {self.sales[each.sale].visit.at for each in found}


@pytest.fixture(name="day", scope="module")
def one_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("attack")
    with hours(folder / "store") as store:
        for visit in VISITS:
            store.pays(visit)
        store.quiet("16:58")
        live = store.taken(folder / "live")
        store.clock("17:12")
        store.stopped()
        erase(store)
        erased = store.taken(folder / "erased")
        store.clock("09:30", days=4)
        store.shop.restart()
        until(lambda: not list(store.shop.layout.state.glob("answers/day-*.key")) or old_keys_are_gone(store))
        store.quiet("09:31")
        store.stopped()
        yield Day(store, store.paid, live, erased, store.taken(folder / "later"))


def old_keys_are_gone(store: Hours) -> bool:
    days = {int(path.stem[-5:]) for path in store.shop.layout.state.glob("answers/day-*.key")}
    return min(days) > store.day.timestamp() // 86400 + 1


def erase(store: Hours) -> None:
    with store.shop.stopped_vault() as vault:
        persons = PersonFile(vault, vault.enter)
        for choice in (Chouchous(ALICE[0][1]), HomeDelivery(ALICES_ORDER[0][1])):
            assert persons.erase(choice) is not None
        assert vault.renew(whole=True) is Progress.DONE


# ---- within the hour ----


def test_three_days_later_no_sale_is_placed_within_its_hour(day: Day):
    assert day.placed(day.later) == []


def test_right_after_the_erasure_only_the_answers_tell_a_time(day: Day):
    """Admitted: the till may ask again for 48 hours, and is told what it was told, with the time of it."""
    assert {each.hint.where for each in day.placed(day.erased)} == {"an answer"}
    assert day.later.answers() == {}
    assert not set((day.later.folder / "state/answers").glob("day-*.key")) & set(
        (day.erased.folder / "state/answers").glob("day-*.key")
    )


def test_of_a_till_that_runs_the_times_of_files_tell_its_last_sale_and_the_first_and_last_choice(day: Day):
    """Admitted. (The vault is made in its folder when somebody first chooses.)"""
    by_files = [each for each in day.placed(day.live) if each.hint.how.startswith("file time")]
    vaults = [each for each in by_files if each.hint.where == "state" or "vault" in each.hint.where]
    assert day.visits(vaults) <= {"13:07", "16:21"}
    assert day.visits([each for each in by_files if each not in vaults]) == {"16:38"}
    assert {each.hint.where for each in day.placed(day.live) if each not in by_files} == {"an answer"}


def test_a_cameras_clock_names_every_sale_of_the_hour(day: Day):
    """The minute is known, and which sale it was is not: nothing tells those of one hour apart but their order."""
    for sale in day.hers:
        rows = [row for row in day.later.table("chain") if row["hour"] == sale.hour and is_paid(row)]
        same_hour = [each for each in day.sales if each.hour == sale.hour]
        assert len({row["leg"] for row in rows}) == len(same_hour) >= 3
        assert {row["day"] for row in rows} == {rows[0]["day"]}


def test_a_bank_statement_names_the_rows_of_an_amount_and_leads_no_further(day: Day):
    """Hers, and the other's who paid as much. Admitted: where it was paid once, it is one row, with the hour."""
    for sale in [each for each in day.sales if each.visit.card is not None]:
        rows = [row for row in day.later.table("chain") if row["cents"] == sale.cents and row["tender"] == "card"]
        same = [each for each in day.sales if each.cents == sale.cents]
        assert len({row["leg"] for row in rows}) == len(same)
        for row in rows:
            words = {value for name, value in row.items() if isinstance(value, str | int) and name != "sequence"}
            assert words <= {*row_words(sale), row["day"], *(each.hour for each in same)}


def row_words(sale: Paid) -> set[object]:
    return {"intent", "capturing", "captured", "sale", "card", sale.cents, 0, 1, 2}


def is_paid(row: dict[str, object]) -> bool:
    return row["step"] in {"captured", "cash_taken"}


def test_the_vault_leads_to_no_sale_of_the_erased(day: Day):
    """And to those of whoever stays."""
    for kept in (day.erased, day.later):
        opened = [content for where, content in kept.opened() if where == "a row of links"]
        linked_to = {sale.visit.at for sale in day.sales if any(sale.key in content for content in opened)}
        assert linked_to == {"13:52", "15:09", "16:21"}
    known = [content for where, content in day.live.opened() if where == "a row of links"]
    assert all(any(sale.key in content for content in known) for sale in day.hers if sale.visit.gives)


def test_order_is_all_that_the_chain_tells(day: Day):
    """Admitted: the third customer of a watched hour is the third sale."""
    paid = [row for row in day.later.table("chain") if is_paid(row)]
    assert [row["cents"] for row in sorted(paid, key=lambda row: str(row["sequence"]).zfill(9))] == [
        sale.cents for sale in day.sales
    ]


# ---- of one card ----


@pytest.mark.parametrize("when", ["live", "erased", "later"])
def test_two_sales_on_one_card_have_nothing_in_common(day: Day, when: str):
    kept: Kept = getattr(day, when)
    assert linked(kept, day.cards) == []


# ---- the attack itself ----


def every(write: Callable[[float, int], bytes]) -> Callable[[Path, Day], None]:
    """A file with something for each sale."""

    def plant(till: Path, day: Day) -> None:
        pieces = [write(sale.between[0], number) for number, sale in enumerate(day.sales)]
        (till / "state" / "notes").write_bytes(
            (b"\0\0" + os.urandom(6) + b"\0\0").join(pieces)
        )  # a digit beside one would be of it

    return plant


def of_one_sale(till: Path, day: Day) -> None:
    (till / "log" / "output").write_bytes(utc(day.sales[3].between[0], "%H:%M"))


def in_a_table(till: Path, day: Day) -> None:
    """Beside the others, as seconds of the day: as the journal's working table has them while a sale is open."""
    with closing(sqlite3.connect(newest(till), isolation_level=None)) as connection:
        connection.execute("CREATE TABLE notes (leg BLOB, second INTEGER)")
        for sale in day.sales:
            connection.execute("INSERT INTO notes VALUES (?, ?)", (sale.key, int(sale.between[0] % 86400)))


def newest(till: Path) -> Path:
    return max(till.glob("state/journal/[0-9]*.db"))


def utc(at: float, how: str) -> bytes:
    return datetime.fromtimestamp(at, UTC).strftime(how).encode()


PLANTS: dict[str, Callable[[Path, Day], None]] = {
    "a log line": every(lambda at, _: utc(at, '{"timestamp":"%Y-%m-%dT%H:%M:%S.123Z"}\n')),
    "a minute": every(lambda at, _: utc(at, "sold at %H:%M\n")),
    "a minute of one sale": of_one_sale,
    "UTF-16": every(lambda at, _: utc(at, "%Y-%m-%d %H:%M").decode().encode("utf-16-le")),
    "digits": every(lambda at, _: b"%d" % (at * 1000)),
    "a UUID of version 7": every(lambda at, _: int(at * 1000).to_bytes(6, "big") + os.urandom(10)),
    "a UUID of version 1": every(lambda at, _: uuid_1(at).bytes),
    "seconds": every(lambda at, _: int(at).to_bytes(4, "big")),
    "seconds, the other way": every(lambda at, _: int(at).to_bytes(4, "little")),
    "nanoseconds": every(lambda at, _: int(at * 1e9).to_bytes(8, "little")),
    "a float": every(lambda at, _: struct.pack(">d", at)),
    "a Julian day": every(lambda at, _: struct.pack("<d", at / 86400 + 2440587.5)),
    "a column": in_a_table,
}


def uuid_1(at: float) -> UUID:
    ticks = int((at + 12219292800) * 10**7)
    return UUID(fields=(ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48 & 0x0FFF | 1 << 12, 0x80, 0, 7))


@pytest.mark.parametrize("what", PLANTS)
def test_the_attack_finds_a_time_that_is_kept(day: Day, tmp_path: Path, what: str):
    till = copied(day.later, tmp_path / "till")
    PLANTS[what](till.folder, day)
    found = day.placed(till)
    assert len({each.sale for each in found}) == (1 if "one sale" in what else len(day.sales))


def test_the_attack_finds_the_time_of_a_file(day: Day, tmp_path: Path):
    till = copied(day.later, tmp_path / "till")
    till.times["state/receipt"] = [("made", day.sales[5].between[0])]
    assert [each.sale for each in day.placed(till)] == [5]


def test_four_bytes_by_chance_are_no_clock(day: Day):
    found = [Hint("a file", "seconds", sale.between[0], weak=True) for sale in day.sales[:3]]
    assert placed(found, day.hours.between) == []
    assert placed([Hint("a file", "seconds", found[0].at)], day.hours.between) != []


@pytest.mark.parametrize("what", [b"4921817844445119", b"\x17\x04\x4f\x11"])
def test_the_attack_finds_what_two_sales_on_a_card_share(day: Day, tmp_path: Path, what: bytes):
    """A number, a token or a hash of a card, wherever it stands: here in the place of a salt."""
    till = copied(day.later, tmp_path / "till")
    with closing(sqlite3.connect(newest(till.folder), isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for sale in [each for each in day.sales if each.visit.card == HERS]:
            salts = what.ljust(32, b"!") if len(what) > 4 else os.urandom(14) + what + os.urandom(14)
            connection.execute("UPDATE links SET salts = ? WHERE key = ?", (salts, sale.key))
    assert {where for where, _ in linked(till, day.cards)} == {"links.salts"}
