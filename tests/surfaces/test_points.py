"""Points on the whole store: earned, repeated, taken back with the money to the point, and found nowhere but sealed."""

import http.client
import json
import sqlite3
import threading
from contextlib import ExitStack, closing, suppress
from typing import Any

import pytest

from hw_sim.reply import Reply
from hw_sim.till import new_service_id
from hw_sim.till_loyalty import award, award_refund, points
from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Earned, PointsRule
from pos_bridge.identity import file
from tests.surfaces.book import until
from tests.surfaces.shop import MEMBER, ORDER, Shop, key_of, leaks
from tests.surfaces.test_identity_killed import HELD
from tests.warm.store import WARM

STORE = WARM  # killed and started again in most of these tests

RULE = PointsRule("2026-11", 1, 100)
TENDERS = pytest.mark.parametrize("card", [None, "visa"], ids=["cash", "card"])


def earned(shop: Shop, sale: LegKey) -> Earned | None:
    if not shop.vault.exists():
        return None
    with file.reading(shop.vault, shop.layout.vault_key.read_bytes()) as rows:
        return rows.points.earned(sale)


def standing(shop: Shop, sale: LegKey) -> int | None:
    """The points that are left of a sale; None where it gave none."""
    found = earned(shop, sale)
    return None if found is None else found.standing


def balance(shop: Shop, member: str = MEMBER) -> int:
    """All points of a member, as the vault adds them up."""
    if not shop.vault.exists():
        return 0
    with file.reading(shop.vault, shop.layout.vault_key.read_bytes()) as rows:
        person = rows.persons.name(Chouchous(member))
        sales = () if person is None else rows.sales_of(person)
        return sum(sale.earned.standing for sale in sales if sale.earned is not None)


def told(shop: Shop, service: str, category: str = "Loyalty") -> dict[str, Any]:
    return shop.till.status(service, category=category).repeated


@TENDERS
def test_earned_repeated_and_taken_back_in_two_parts_exactly(shop: Shop, card):
    before, service = balance(shop), new_service_id()
    sale = shop.pay(card, "12.99", member=MEMBER, service_id=service)
    key = key_of(sale)
    assert points(sale) == 12
    assert sale.body["LoyaltyResult"][0]["LoyaltyAccount"]["LoyaltyBrand"] == "Chouchous"
    assert MEMBER not in json.dumps(sale.document, default=str)
    assert points(shop.again(service)) == 12
    until(lambda: standing(shop, key) == 12)
    assert balance(shop) == before + 12

    assert shop.till.reverse(sale.transaction, "6.50").result == "Success"
    until(lambda: standing(shop, key) == 6)
    assert shop.till.reverse(sale.transaction).result == "Success"
    until(lambda: standing(shop, key) == 0)
    assert balance(shop) == before
    assert points(shop.again(service)) == 12, "an answer is told again as it was told"


def test_a_void_takes_them_all_and_a_restart_changes_no_answer(shop: Shop):
    service = new_service_id()
    sale = shop.pay("visa", "20.00", member=MEMBER, service_id=service)
    shop.restart()
    assert points(shop.again(service)) == 20
    assert shop.till.reverse(sale.transaction).result == "Success"
    until(lambda: standing(shop, key_of(sale)) == 0)


@TENDERS
def test_a_till_that_sends_payment_and_loyalty_apart(shop: Shop, card):
    before, name = balance(shop), f"sale-apart-{card}"
    paid = shop.pay(card, "10.99", transaction_id=name)
    assert points(paid) is None
    assert standing(shop, key_of(paid)) is None
    service = new_service_id()
    given = award(shop.till, "10.99", MEMBER, transaction_id=name, service_id=service)
    assert (given.result, points(given), given.transaction) == ("Success", 10, paid.transaction)
    assert award(shop.till, "10.99", MEMBER, transaction_id=name, service_id=service).body == given.body
    assert told(shop, service) == given.body
    assert award(shop.till, "10.99", MEMBER, transaction_id=name).error == "NotAllowed"
    assert award(shop.till, "10.99", MEMBER, sale=paid.transaction).error == "NotAllowed"
    assert balance(shop) == before + 10
    shop.restart()
    assert told(shop, service) == given.body
    assert award(shop.till, "10.99", MEMBER, transaction_id=name, service_id=service).body == given.body

    first = award_refund(shop.till, paid.transaction, "5.00")
    rest = award_refund(shop.till, paid.transaction)
    assert (points(first), points(rest)) == (4, 6)
    assert balance(shop) == before
    assert award_refund(shop.till, paid.transaction).error == "NotAllowed"
    assert shop.till.reverse(paid.transaction).result == "Success", "and the money goes its own way"


def test_a_sale_is_counted_once_however_a_till_asks(shop: Shop):
    with_member = shop.pay("visa", "30.00", member=MEMBER, transaction_id="sale-both")
    until(lambda: standing(shop, key_of(with_member)) == 30)
    for again in (
        award(shop.till, "30", MEMBER, transaction_id="sale-both"),
        award(shop.till, "30", "CH-OTHER", sale=with_member.transaction),
    ):
        assert (again.result, again.error, points(again)) == ("Failure", "NotAllowed", None)
    assert standing(shop, key_of(with_member)) == 30


def test_nothing_is_counted_that_was_not_paid(shop: Shop):
    before = balance(shop)
    assert award(shop.till, "10", MEMBER, transaction_id="sale-never").error == "NotFound"
    shop.mode("decline")
    declined = shop.pay("visa", "10.00", transaction_id="sale-declined")
    shop.mode("approve")
    assert award(shop.till, "10", MEMBER, transaction_id="sale-declined").error == "NotAllowed"
    assert award(shop.till, "10", MEMBER, sale=declined.transaction).error == "NotAllowed"
    paid = shop.pay(None, "10.00")
    assert award(shop.till, "10.01", MEMBER, sale=paid.transaction).error == "NotAllowed"
    assert award(shop.till, "10", MEMBER, sale=paid.transaction, loyalty="Forbidden").error == "NotAllowed"
    proposed = award(shop.till, "10", MEMBER, sale=paid.transaction, loyalty="Proposed")
    assert (proposed.error, proposed.additional["warning"]) == ("NotAllowed", "identity-dropped")
    assert balance(shop) == before
    assert shop.till.ask("BalanceInquiry", {}).error == "UnavailableService"


def rows(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    """All that the journal says, but for which answers the till has."""
    (path,) = (shop.layout.state / "journal").glob("*.db")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}
        told = [name for _, name, *_ in connection.execute("PRAGMA table_info(links)")].index("told")
    return found | {"links": [(*row[:told], *row[told + 1 :]) for row in found["links"]]}


def test_the_journal_and_the_log_hear_nothing_of_it(shop: Shop):
    paid = shop.pay(None, "14.00", transaction_id="sale-quiet")
    journal, before = rows(shop), len(shop.log())
    service = new_service_id()
    assert points(award(shop.till, "14", MEMBER, sale=paid.transaction, service_id=service)) == 14
    assert points(award_refund(shop.till, paid.transaction, "7")) == 7
    assert told(shop, service)["LoyaltyResult"]
    assert shop.till.status(new_service_id(), category="Loyalty").error == "NotFound"
    assert rows(shop) == journal
    assert shop.log()[before:] == []
    assert leaks(shop.store.folder) == []


# ---- the engine killed ----


def killed(shop: Shop, ask: Any, when: Any) -> None:
    """The engine is killed once that is so, while a till asks."""

    def asking() -> None:
        with suppress(OSError, http.client.HTTPException):
            ask()

    with ExitStack() as stack:
        till = threading.Thread(target=asking)
        till.start()
        stack.callback(till.join, 20)
        until(when)
        shop.kill()


@TENDERS
def test_killed_between_hold_and_keep_the_award_is_neither_lost_nor_doubled(shop: Shop, card):
    """The file as such a crash leaves it: the leg is paid, its choices are held with their rule."""
    service = new_service_id()
    answer = shop.pay(card, "12.99", service_id=service)
    shop.kill()
    before = balance(shop)
    for _ in range(2):
        with shop.stopped_vault() as vault:
            vault.hold(key_of(answer), HELD, RULE)
            vault.hold(LegKey.fresh(), HELD, RULE)  # of a sale that was never opened
        shop.restart()
        until(lambda: not shop.held())
        assert (balance(shop), standing(shop, key_of(answer))) == (before + 12, 12)
        shop.kill()
    shop.restart()


def test_killed_while_the_processor_is_asked_an_unpaid_sale_gives_none(shop: Shop):
    shop.in_session()
    shop.mode("drop-response")
    before, sold = balance(shop), len(shop.store.ledger())
    with shop.store.customer("visa"):
        killed(
            shop,
            lambda: shop.till.pay("33.10", member=MEMBER, order=ORDER),
            lambda: len(shop.store.ledger()) > sold,
        )
    assert len(shop.held()) == 1
    shop.mode("approve")
    shop.restart()
    until(lambda: not shop.held())
    assert balance(shop) == before


def test_killed_while_a_refund_is_sent_its_points_follow(shop: Shop):
    """The note stays, and the start after the refund was made takes them."""
    sale = shop.pay("visa", "12.99", member=MEMBER)
    until(lambda: standing(shop, key_of(sale)) == 12)
    shop.in_session()
    shop.mode("drop-response")
    before = len(shop.store.ledger())
    service = new_service_id()
    killed(
        shop,
        lambda: shop.till.reverse(sale.transaction, "6.50", service_id=service),
        lambda: len(shop.store.ledger()) > before,
    )
    assert returning(shop) == (key_of(sale),)
    shop.mode("approve")
    shop.restart()
    until(lambda: shop.till.status(service, category="Reversal").error is None)
    shop.restart()  # its first look came before the refund was known; the next is in an hour, or at a start
    until(lambda: standing(shop, key_of(sale)) == 6)
    until(lambda: returning(shop) == ())


def returning(shop: Shop) -> tuple[LegKey, ...]:
    with file.reading(shop.vault, shop.layout.vault_key.read_bytes()) as rows:
        return rows.points.returning()


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_a_random_moment_an_award_is_given_once_or_not(shop: Shop, seed):
    name = f"sale-killed-{seed}"
    paid, service = shop.pay(None, "12.99", transaction_id=name), new_service_id()
    before, key = balance(shop), key_of(paid)
    killed(
        shop,
        lambda: award(shop.till, "12.99", MEMBER, transaction_id=name, service_id=service),
        (lambda: standing(shop, key) is not None) if seed % 2 else (lambda: True),
    )
    shop.restart()
    given: Reply = award(shop.till, "12.99", MEMBER, transaction_id=name, service_id=service)
    assert (given.result, points(given)) == ("Success", 12)
    assert told(shop, service) == given.body
    assert (balance(shop), standing(shop, key)) == (before + 12, 12)
