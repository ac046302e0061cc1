"""`statistics` as a person types it, on real files, beside a running engine."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pos_bridge.cli import statistics
from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import State
from tests.journal.makers import binding, card, cash, cash_back, forge, paid, voiding


@pytest.fixture
def months_later(monkeypatch):
    monkeypatch.setattr(statistics, "_this_month", lambda: "2027-01")


def parts(out: str) -> list[list[tuple[int, int] | None]]:
    return [
        [None if part["payments"] is None else (part["payments"], part["dollars"]) for part in day["parts"]]
        for day in json.loads(out)["days"]
    ]


def test_what_was_paid_by_day_and_part_of_the_day(running, command, months_later):
    for _ in range(3):
        paid(running, 1000)
        running.open_leg(cash(1233))
    declined = card()
    running.open_leg(declined)
    running.advance(Advance(declined.key, State.DECLINED, binding=binding()))
    running.open_leg(cash_back(1233))
    status, out, _ = command("statistics", "--month", "2026-11", "--json")
    assert status == 0
    assert parts(out) == [[(0, 0), (6, 67), (0, 0), (0, 0)]]
    _, out, _ = command("statistics", "--month", "2026-11", "--lang", "en")
    assert "6: $67" in out
    assert "2026-11-23" in out


def test_a_sale_that_was_taken_back_is_none(running, command, months_later):
    sales = [paid(running) for _ in range(6)]
    running.advance(voiding(sales[0]))
    _, out, _ = command("statistics", "--month", "2026-11", "--json")
    assert parts(out) == [[(0, 0), (5, 62), (0, 0), (0, 0)]]


def test_few_are_not_told(running, command, clock, months_later):
    for _ in range(4):
        paid(running)
    clock.turn(days=1)
    for _ in range(5):
        paid(running)
    _, out, _ = command("statistics", "--month", "2026-11", "--json")
    assert parts(out) == [[None] * 4, [(0, 0), (5, 62), (0, 0), (0, 0)]]
    rows = command("statistics", "--month", "2026-11")[1].splitlines()
    assert next(row for row in rows if "2026-11-23" in row).split() == ["2026-11-23", *"····", "0", ":", "0", "$"]


def test_no_id_of_anything_is_in_it(running, command, months_later):
    keys = [paid(running).key for _ in range(9)]
    for words in ((), ("--json",)):
        _, out, _ = command("statistics", "--month", "2026-11", *words)
        assert not any(str(key)[:8] in out or key.raw.hex()[:8] in out for key in keys)
        assert not any(word in out for word in ("visa", "card", "carte", "comptant", "cash", "till", "caisse"))


def test_a_month_that_is_not_over_is_not_told(running, command):
    status, out, told = command("statistics", "--month", f"{datetime.now(UTC) + timedelta(days=2):%Y-%m}")
    assert (status, out) == (1, "")
    assert "pas fini" in told
    assert command("statistics", "--month", "9998-01", "--lang", "en")[2].startswith("9998-01 is not over")


def test_what_cannot_be_shown(running, command, config, months_later):
    assert command("statistics", "--month", "2026-10")[1] == "Aucun paiement en 2026-10.\n"
    assert "YYYY-MM" in command("statistics", "--month", "2026-13", "--lang", "en")[2]
    forge(config.journal / "2026-11.db", "DROP TABLE chain")
    assert command("statistics", "--month", "2026-11")[0] == 1


def test_no_journal(command, months_later):
    assert command("statistics", "--month", "2026-11")[0] == 1
