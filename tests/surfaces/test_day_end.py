"""`pos-bridge day-end` and `decide` at a real store: beside the engine, over mutual TLS, with real keys and files."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hw_sim.processor import control
from hw_sim.reply import Reply
from hw_sim.running import RunningStore
from hw_sim.store.layout import Layout
from tests.journal.makers import forge
from tests.stores import whole_store
from tests.surfaces.accounts import SETTLED
from tests.surfaces.book import until


@pytest.fixture(name="shop")
def one_shop(tmp_path) -> Iterator[RunningStore]:
    """A store for each test: a day begins with nothing."""
    with whole_store(tmp_path, "--answer-timeout", "2") as store:
        yield store


def command(store: RunningStore, *words: str) -> "subprocess.CompletedProcess[str]":
    config = str(Layout(store.folder).config)
    program = [sys.executable, "-P", "-m", "pos_bridge", *words, "--lang", "en", "--config", config]
    return subprocess.run(program, capture_output=True, text=True, check=False)


def pay(store: RunningStore, amount: str, **options: object) -> Reply:
    with store.customer("visa"):
        return store.till().pay(amount, **options)  # type: ignore[arg-type] # as given


def settled(store: RunningStore) -> None:
    """Captures follow the answer: wait until none is on its way."""

    def all_ended() -> bool:
        legs = json.loads(command(store, "journal", "--json").stdout)
        return all(leg["outcome"] in SETTLED for leg in legs)

    until(all_ended)


def test_a_day_that_agrees_and_does_not_disturb_the_engine(shop):
    sale = pay(shop, "47.50")
    assert sale.result == "Success"
    assert shop.till().pay("12.33", cash=True).result == "Success"
    assert shop.till().reverse(sale.transaction, "7.50").result == "Success"
    settled(shop)
    shown = command(shop, "day-end")
    assert (shown.returncode, shown.stderr) == (0, ""), shown.stdout
    assert [line.split() for line in shown.stdout.splitlines()[1:4]] == [
        ["card,", "sale", "1", "$47.50"],
        ["card,", "refund", "1", "$7.50"],
        ["cash,", "sale", "1", "$12.35"],
    ]
    assert shown.stdout.endswith("The books agree.\n")
    assert pay(shop, "10.00").result == "Success"
    assert Layout(shop.folder).log.read_text().count("SessionOpened") == 1, (
        "the engine's session was never put out of force"
    )
    settled(shop)
    assert shop.till().reconcile().result == "Success"
    closed = command(shop, "day-end", "--json")
    assert (closed.returncode, json.loads(closed.stdout)["totals"]) == (0, [])


def test_a_sale_that_is_paid_in_part_is_listed_until_it_is_paid(shop):
    shop.do("processor", "partial", "1000")
    assert pay(shop, "30.00", split=True, transaction_id="S-1").result == "Partial"
    shop.do("processor", "approve")
    settled(shop)
    shown = command(shop, "day-end")
    assert shown.returncode == 1
    assert "$20.00" in shown.stdout
    assert "the same sale reference" in shown.stdout
    rest = shop.till().pay("20.00", cash=True, split=True, paid="10.00", transaction_id="S-1")
    assert rest.result == "Success"
    assert command(shop, "day-end").returncode == 0


def test_a_processor_that_is_away_and_one_whose_ledger_was_replaced(shop):
    pay(shop, "10.00")
    settled(shop)
    shop.do("processor", "down")
    away = command(shop, "day-end")
    assert away.returncode == 1
    assert "$10.00" in away.stdout
    assert "could not be asked" in away.stdout
    shop.do("processor", "up")
    until(lambda: command(shop, "day-end").returncode == 0)
    control.renew_epoch(Layout(shop.folder).processor)
    assert "could not be asked" in command(shop, "day-end").stdout, "the engine learns it, nobody else"
    shop.till().totals()
    assert command(shop, "day-end").returncode == 0


def of_totals(reply: Reply) -> dict[str, tuple[int, float]]:
    """By nexo's word of what it is: how many, how much."""
    return {
        total["TransactionType"]: (total["TransactionCount"], total["TransactionAmount"])
        for tender in reply.body.get("TransactionTotals", ())
        for total in tender["PaymentTotals"]
    }


def test_a_day_end_asked_for_again_after_a_crash_is_the_same_day(shop):
    pay(shop, "47.50")
    settled(shop)
    closed = shop.till().reconcile("D-1")
    assert (closed.result, of_totals(closed)) == ("Success", {"Debit": (1, 47.5)})
    shop.do("engine", "kill")
    shop.do("engine", "restart")
    until(lambda: pay(shop, "10.00").result == "Success")
    settled(shop)
    assert shop.till().reconcile("D-1").body == closed.body
    after = shop.till().reconcile("D-2")
    assert (after.body["POIReconciliationID"], of_totals(after)) == ("1", {"Debit": (1, 10)})
    shown = command(shop, "day-end", "--day", "0")
    assert shown.returncode == 0, shown.stdout
    assert shown.stdout.splitlines()[:2] == [
        "Day 0, as it was closed (POIReconciliationID 0)",
        "  card, sale  1  $47.50",
    ]
    for number in ("2", "-1", "9" * 30):
        assert "is no closed day" in command(shop, "day-end", "--day", number).stderr


def test_a_void_after_the_day_end_is_taken_off_the_day_it_happens_in(shop):
    sale = pay(shop, "47.50")
    settled(shop)
    assert shop.till().reconcile().result == "Success"
    assert shop.till().reverse(sale.transaction).result == "Success"
    settled(shop)
    shown = command(shop, "day-end")
    assert shown.returncode == 0, shown.stdout
    assert "  card, sale, undone after its day end  1  -$47.50" in shown.stdout.splitlines()
    assert of_totals(shop.till().reconcile()) == {"ReverseDebit": (1, 47.5)}
    assert command(shop, "day-end", "--day", "0").returncode == 0
    assert of_totals(shop.till().totals()) == {}


def test_a_day_that_was_closed_without_the_processor_is_compared_later(shop):
    pay(shop, "10.00")
    settled(shop)
    shop.do("processor", "down")
    closed = shop.till().reconcile()
    assert (closed.result, "not-compared" in str(closed.body)) == ("Success", True)
    assert command(shop, "day-end", "--day", "0").returncode == 1
    shop.do("processor", "up")
    until(lambda: command(shop, "day-end").returncode == 0)
    assert "Day 0, closed without the processor's agreement, was compared" in command(shop, "day-end").stdout
    until(lambda: "warning" not in str(shop.till().totals().body))
    assert json.loads(command(shop, "day-end", "--json").stdout)["compared_again"] == []


@pytest.mark.parametrize("table", ["trust", "period"])
def test_a_journal_whose_row_is_gone_is_damaged(shop, table):
    assert shop.till().reconcile().result == "Success"
    shop.do("engine", "kill")
    (journal,) = Layout(shop.folder).state.joinpath("journal").glob("*.db")
    forge(journal, f"DELETE FROM {table}")
    for words in (("day-end",), ("day-end", "--day", "0")):
        shown = command(shop, *words)
        assert (shown.returncode, shown.stdout) == (2, "")
        assert shown.stderr == "The journal cannot be read: try `pos-bridge journal --verify`.\n"


def test_a_journal_that_was_lost_goes_on_when_a_person_says_so(shop):
    """What the processor saw besides is named, leg by leg; and cards are taken again."""
    sale = pay(shop, "47.50")
    settled(shop)
    assert command(shop, "decide", "journal").stderr == (
        "pos-bridge is running: stop it first (systemctl stop pos-bridge.socket pos-bridge).\n"
    )
    shop.do("engine", "kill")
    assert "nothing to accept" in command(shop, "decide", "journal").stderr
    Layout(shop.folder).state.joinpath("journal").rename(Layout(shop.folder).state / "lost")
    shop.do("engine", "restart")
    until(lambda: "SessionRefused" in Layout(shop.folder).log.read_text())
    assert pay(shop, "10.00").result == "Failure"
    assert shop.till().pay("10.00", cash=True).result == "Success"
    shown = command(shop, "day-end")
    assert shown.returncode == 1
    assert sale.transaction in shown.stdout
    assert "This journal does not have this movement." in shown.stdout
    shop.do("engine", "kill")
    accepted = command(shop, "decide", "journal")
    assert (accepted.returncode, accepted.stderr) == (0, "")
    shop.do("engine", "restart")
    until(lambda: pay(shop, "10.00").result == "Success")
