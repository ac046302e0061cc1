"""What stands beside a damaged chain goes along as far as its seals fit; the rest waits for a person or is counted."""

from pathlib import Path
from typing import Any

import pytest

from pos_bridge.domain.ledger import Advance
from pos_bridge.domain.leg import Cause, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.journal import months
from pos_bridge.journal.quarantine import quarantine
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal.makers import forge, opened, resumed, state_of

NAME = "2026-11.db"
DAMAGE = "UPDATE chain SET cents = 1 WHERE sequence = 2"


def beside(folder: Path) -> list[Any]:
    tables = ("working", "requests", "baskets", "parts", "period", "days", "trust", "links")
    with months.read_only(folder / NAME) as connection:
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]


def test_what_is_whole_beside_a_damaged_chain_goes_along(closed, clock):
    before = beside(closed)
    forge(closed / NAME, DAMAGE)
    assert quarantine(closed, clock).baskets == 0
    assert beside(closed) == before
    resumed(closed, clock).close()


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("not_after_day = not_after_day + 1", State.UNRESOLVED),  # until when is it sent again?
        ("doubted = 1", State.UNRESOLVED),
        ("begun_second = begun_second + 1", State.UNRESOLVED),
    ],
)
def test_a_refund_whose_times_are_damaged_waits_for_a_person(closed, clock, change, state):
    forge(closed / NAME, f"UPDATE working SET {change} WHERE cents = 300")
    quarantine(closed, clock)
    journal = resumed(closed, clock)
    (leg,) = [leg for leg in journal.unsettled() if leg.amount.cents == 300]
    assert (leg.state, leg.doubted, leg.not_after_ms) == (state, True, None)
    assert leg.sale_key is not None
    assert [found.key for found in journal.refunds_of(leg.sale_key)] == [leg.key]
    journal.close()


def test_a_reversal_whose_times_are_damaged_goes_on_and_is_doubted(closed, clock):
    forge(closed / NAME, "UPDATE working SET not_after_day = not_after_day + 1 WHERE cents = 5000")
    quarantine(closed, clock)
    journal = resumed(closed, clock)
    (leg,) = [leg for leg in journal.unsettled() if leg.amount.cents == 5000]
    assert (leg.state, leg.doubted) == (State.REVERSING, True)
    journal.close()


@pytest.mark.parametrize("table", ["links", "working"])
def test_which_sale_a_refund_is_of_is_known_from_either_place(closed, clock, table):
    forge(closed / NAME, f"UPDATE {table} SET sale_key = key WHERE sale_key IS NOT NULL", DAMAGE)
    quarantine(closed, clock)
    journal = opened(closed, clock)
    (leg,) = [leg for leg in journal.unsettled() if leg.amount.cents == 300]
    assert leg.sale_key is not None
    assert leg.sale_key != leg.key
    assert [found.key for found in journal.refunds_of(leg.sale_key)] == [leg.key]
    journal.advance(Advance(leg.key, State.REFUND_DECLINED, Cause.ISSUER))
    assert state_of(journal, leg.key) is State.REFUND_DECLINED
    journal.close()
    assert all(isinstance(report, SoundFile) for report in verify(closed))


def test_a_leg_without_a_link_gets_a_new_one(closed, clock):
    forge(closed / NAME, "DELETE FROM links WHERE last IS NULL")
    assert quarantine(closed, clock).carried == 5
    journal = resumed(closed, clock)
    for leg in journal.unsettled():
        end = {Tender.CASH: State.CASH_TAKEN, Tender.CARD: State.REVERSED}[leg.tender]
        end = State.REFUND_DECLINED if leg.kind is Kind.REFUND else end
        journal.advance(Advance(leg.key, end, Cause.DECIDED))
        assert state_of(journal, leg.key) is end
    journal.close()
    assert all(isinstance(report, SoundFile) for report in verify(closed))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE baskets SET due = due + 1", "UPDATE parts SET place = 2, key = seal FROM baskets", "DELETE FROM parts"],
)
def test_a_basket_that_cannot_be_read_is_counted(closed, clock, statement):
    forge(closed / NAME, statement)
    done = quarantine(closed, clock)
    assert (done.baskets, done.carried) == (1, 5)
    journal = resumed(closed, clock)
    assert journal.open_baskets() == ()
    journal.close()


def test_without_what_was_known_of_the_processor_every_leg_is_doubted(closed, clock):
    forge(closed / NAME, "UPDATE trust SET epoch = NULL")
    quarantine(closed, clock)
    journal = resumed(closed, clock)
    assert journal.ledger_epoch() is None
    assert all(leg.doubted for leg in journal.unsettled())
    journal.change_ledger_epoch(bytes(range(2, 34)))
    with months.read_only(closed / "quarantine" / NAME) as connection:
        (settled,) = connection.execute("SELECT key FROM links WHERE last = 3").fetchone()
    journal.advance(Advance(LegKey.from_bytes(settled), State.REVERSING, Cause.VOIDED))
    assert all(leg.doubted for leg in journal.unsettled())
    journal.close()


def test_without_the_last_day_end_the_period_is_as_long_as_the_journal(closed, clock):
    forge(closed / NAME, "UPDATE period SET last = 0")
    quarantine(closed, clock)
    journal = resumed(closed, clock)
    period = journal.period()
    assert (period.number, len(period.legs)) == (0, 14)
    journal.close()
