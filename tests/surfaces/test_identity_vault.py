"""A vault that is spoilt, full, locked or hung, on the whole store: it takes neither a sale nor its abort."""

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hw_sim.reply import Reply
from hw_sim.till import new_service_id
from tests.surfaces.book import Book, until
from tests.surfaces.disk import FullDisk, failing, namespaces, store_on_a_small_disk
from tests.surfaces.shop import ABOUT, DROPPED, MEMBER, ORDER, Shop, kinds, leaks
from tests.warm.store import WARM

STORE = WARM  # killed and started again in most of these tests


@contextmanager
def spoiled(shop: Shop, how: str) -> Iterator[None]:
    """The engine runs with a vault that it cannot use; afterwards with the one it had."""
    shop.kill()
    kept = {path: path.read_bytes() for path in (shop.vault, shop.layout.vault_key)}
    for path in shop.layout.state.glob("vault.db-*"):
        kept[path] = path.read_bytes()
        path.unlink()
    match how:
        case "wrong key":
            shop.layout.vault_key.write_bytes(bytes(32))
        case "garbage":
            shop.vault.write_bytes(b"no vault" * 1000)
        case _:
            shop.vault.unlink()
            shop.vault.mkdir()
    shop.restart()
    try:
        yield
    finally:
        shop.kill()
        if shop.vault.is_dir():
            shop.vault.rmdir()
        for path, content in kept.items():
            path.write_bytes(content)
        shop.restart()


@pytest.mark.parametrize(
    ("how", "fault"), [("wrong key", "wrong_key"), ("garbage", "damaged"), ("a folder in its place", "disk")]
)
def test_a_vault_that_cannot_be_used_stops_no_sale(shop: Shop, how, fault):
    first = shop.pay(member=MEMBER)
    assert first.additional["identity"] == "chouchous"
    sales = []
    with spoiled(shop, how):
        for card in (None, "visa"):
            service = new_service_id()
            answer = shop.pay(card, service_id=service, member=MEMBER, order=ORDER)
            assert answer.result == "Success"
            assert answer.additional["warning"] == "identity-not-kept"
            assert "identity" not in answer.additional
            assert shop.again(service).additional == answer.additional
            assert "warning" not in shop.pay(card).additional
            sales.append((service, answer))
        told = shop.explained(first)
        assert told.returncode == 1
        assert "cannot be told" in told.stdout
        assert "nothing" not in told.stdout.split("About you")[1]
        alarms = [line["fault"] for line in shop.log() if line["event"] == "VaultUnusable"]
        assert alarms[-1] == fault
    assert shop.known(first) == kinds("chouchous")
    for service, answer in sales:
        assert shop.again(service).additional == answer.additional


TOLD_AT_A_START = 2  # by what holds choices for sales, and by what lets go of persons whose time is over


def since_its_start(shop: Shop) -> list[str]:
    events = [str(line["event"]) for line in shop.log()]
    return events[len(events) - events[::-1].index("EngineStarted") :]


def test_the_alarm_is_told_once_and_the_dropped_are_told_in_sum_at_the_stop(shop: Shop):
    with spoiled(shop, "garbage"):
        until(lambda: since_its_start(shop).count("VaultUnusable") == TOLD_AT_A_START)
        shop.in_session()
        before = len(shop.log())
        for _ in range(3):
            shop.pay(member=MEMBER)
            shop.pay(extra=DROPPED)
        assert [line["event"] for line in shop.log()[before:] if line["severity"] != "info"] == []
    with engine_stopped(shop):
        pass
    shop.pay(extra=DROPPED)
    shop.pay(extra=DROPPED)
    with engine_stopped(shop):
        (told,) = [line for line in shop.log()[before:] if line["event"] == "IdentityDropped"]
    assert told["times"] == 2


@contextmanager
def engine_stopped(shop: Shop) -> Iterator[None]:
    """Ended as a service manager ends it; running again afterwards."""
    engine = int(shop.store.facts["engine_pid"])
    os.kill(engine, signal.SIGTERM)
    until(lambda: not Path(f"/proc/{engine}").exists())
    yield
    shop.restart()


def test_a_full_disk_takes_neither_a_sale_nor_a_choice_and_then_both(tmp_path):
    """The journal lies on the same disk: nothing is paid that cannot be recorded, and nothing is held for it."""
    if not namespaces():
        return  # this user may not mount a disk
    with store_on_a_small_disk(tmp_path) as store:
        book = Book(store)
        with failing(FullDisk(book)):
            full = store.till().pay("12.30", cash=True, member=MEMBER)
            assert (full.result, full.error) == ("Failure", "UnavailableService")
        after = until(
            lambda: (told := store.till().pay("12.30", cash=True, member=MEMBER)).result == "Success" and told
        )
        assert isinstance(after, Reply)
        assert after.additional["identity"] == "chouchous"
        assert leaks(book.state) == []


@contextmanager
def locked(shop: Shop) -> Iterator[None]:
    """Another program writes to the vault and does not end."""
    with closing(sqlite3.connect(shop.vault, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("card", [None, "visa"], ids=["cash", "card"])
def test_a_vault_that_hangs_takes_neither_a_sale_nor_its_abort(shop: Shop, card):
    assert shop.pay(member=MEMBER).additional["identity"] == "chouchous"
    until(lambda: not shop.held())
    with locked(shop):
        first, service = new_service_id(), new_service_id()
        answer = shop.pay(card, service_id=first, member=MEMBER, order=ORDER)
        assert (answer.result, answer.additional["warning"]) == ("Success", "identity-not-kept")
        answers: list[Reply] = []
        paying = threading.Thread(
            target=lambda: answers.append(
                shop.till.pay("9.05", cash=card is None, service_id=service, member=MEMBER, order=ORDER)
            )
        )
        paying.start()
        until(lambda: shop.till.diagnosis().body["POIStatus"]["GlobalStatus"] == "Busy")
        assert shop.till.abort(service).document is None
        paying.join(20)
        assert answers[0].error == "Aborted"
    assert shop.again(first).additional == answer.additional
    assert shop.pay(member=MEMBER).additional["identity"] == "chouchous"  # behind all that the lock held up
    until(lambda: not shop.held())
    assert shop.known(answer) == frozenset()
    assert ABOUT[""] in shop.explained(answer).stdout
    shop.restart()
    assert shop.again(first).additional == answer.additional
    assert shop.again(service).error == "Aborted"
