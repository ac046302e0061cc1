"""`statistics` where the month's file went on being used: a till that heard no clock but its own after a long rest."""

import json

from pos_bridge.cli import statistics
from pos_bridge.journal import months
from tests.journal.makers import paid


def test_what_is_paid_in_a_month_that_runs_is_not_told(running, command, clock, config, monkeypatch):
    for _ in range(5):
        paid(running)
    clock.turn(days=80)
    for _ in range(5):
        paid(running)
    assert [path.stem for path in months.files(config.journal)] == ["2026-11"]
    monkeypatch.setattr(statistics, "_this_month", lambda: "2027-02")
    _, out, _ = command("statistics", "--month", "2026-11", "--json")
    assert [day["day"] for day in json.loads(out)["days"]] == ["2026-11-23"]
