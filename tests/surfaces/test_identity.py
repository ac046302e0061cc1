"""Who chose to be known: on the real store, from a till's request to the vault, through crashes and bad disks."""

import base64
import http.client
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hw_sim.running import RunningStore, running_store
from hw_sim.store.layout import Layout
from hw_sim.till import Reply, new_service_id
from pos_bridge.domain.identity import Channel, ChoiceKind, Chouchous, Consent, HomeDelivery, Purpose
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import file, report
from pos_bridge.identity.vault_file import VaultFile
from tests.processes import descendants, survivors
from tests.surfaces.book import Book, until
from tests.surfaces.disk import FullDisk, failing, namespaces, store_on_a_small_disk

MEMBER, ORDER = "CH-77-2918-4455", "WEB/2026.11-774421"
CHOICES = {
    "": {},
    "chouchous": {"member": MEMBER},
    "delivery": {"order": ORDER},
    "chouchous,delivery": {"member": MEMBER, "order": ORDER},
}
KINDS = {"chouchous": ChoiceKind.CHOUCHOUS, "delivery": ChoiceKind.HOME_DELIVERY}
ABOUT = {
    "": "About you: nothing.",
    "chouchous": "About you: your Chouchous number, because you asked.",
    "delivery": "About you: your order number, for home delivery, because you asked.",
    "chouchous,delivery": (
        "About you: your Chouchous number, and your order number for home delivery, because you asked."
    ),
}
CONSENT = Consent("2026-11", "fr", date(2026, 11, 23), 9, Channel.TILL, frozenset({Purpose.PROGRAMME}))
HELD = ((Chouchous(MEMBER), CONSENT), (HomeDelivery(ORDER), CONSENT))
DROPPED = {"SaleData": {"SaleToAcquirerData": "shopperReference=CH-77-2918-4455"}}


class Shop:
    """A store, its till, and what its vault says."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self.till = store.till()
        self.layout = Layout(store.folder)
        self.vault = self.layout.state / "vault.db"

    def pay(self, card: str | None = None, amount: str = "12.30", **options: Any) -> Reply:
        """In cash, or with a card."""
        if card is None:
            return self.till.pay(amount, cash=True, **options)
        with self.store.customer(card):
            return self.till.pay(amount, **options)

    def again(self, service: str) -> Reply:
        """What the till is told when it asks for the state of that payment."""
        told = self.till.status(service)
        body = told.body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]
        return Reply(told.status, {"SaleToPOIResponse": {"MessageHeader": told.header, **body}})

    def known(self, answer: Reply) -> frozenset[ChoiceKind]:
        return report.known(self.vault, self.layout.vault_key.read_bytes(), key_of(answer))

    def explained(self, answer: Reply) -> "subprocess.CompletedProcess[str]":
        words = ["explain", str(key_of(answer)), "--lang", "en", "--config", str(self.layout.config)]
        return subprocess.run([sys.executable, "-m", "pos_bridge", *words], capture_output=True, text=True, check=False)

    def held(self) -> tuple[LegKey, ...]:
        """What the vault holds without knowing yet how its leg ends."""
        if not self.vault.exists():
            return ()
        with file.reading(self.vault, self.layout.vault_key.read_bytes()) as rows:
            return rows.held()

    @contextmanager
    def stopped_vault(self) -> Iterator[VaultFile]:
        """The vault's file, opened as the engine opens it."""
        with closing(VaultFile(self.vault, self.layout.vault_key.read_bytes())) as vault:
            yield vault

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.layout.log.read_text().splitlines()]

    def kill(self) -> None:
        self.store.do("engine", "kill")

    def restart(self) -> None:
        self.store.do("engine", "restart")

    def mode(self, *words: str) -> None:
        self.store.do("processor", *words)


def key_of(answer: Reply) -> LegKey:
    return LegKey.parse(answer.body["POIData"]["POITransactionID"]["TransactionID"])


def kinds(word: str) -> frozenset[ChoiceKind]:
    return frozenset(KINDS[part] for part in word.split(",") if part)


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One store for the module. At its end nothing of what was chosen can be read anywhere in it."""
    with running_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        yield Shop(store)
        processes = descendants(store.process.pid)
        assert leaks(store.folder) == []
    assert not survivors(processes)
    assert leaks(store.folder) == []


def leaks(folder: Path) -> list[str]:
    """Files in which the member number or the order id can be read: on the till's disk, the processor's, all of it."""
    forms = [form for text in (MEMBER, ORDER) for form in encodings(text)]
    return [str(path) for path in folder.rglob("*") if path.is_file() and any(f in path.read_bytes() for f in forms)]


def encodings(text: str) -> list[bytes]:
    raw = text.encode()
    digits = "".join(filter(str.isdigit, text)).encode()
    shifted = [base64.b64encode(bytes(shift) + raw)[4:-4] for shift in range(3)]
    return [raw, raw[::-1], text.encode("utf-16-le"), text.encode("utf-16-be"), raw.hex().encode(), digits, *shifted]


def test_the_search_sees_what_it_looks_for(tmp_path):
    for number, form in enumerate(encodings(MEMBER) + encodings(ORDER)):
        (tmp_path / str(number)).write_bytes(b"before" + form + b"after")
    assert len(leaks(tmp_path)) == len(list(tmp_path.iterdir()))


# ---- what is known, and what is not ----


def test_no_vault_is_made_while_nobody_chooses(shop: Shop):
    for card in (None, "visa"):
        assert shop.pay(card).result == "Success"
        dropped = shop.pay(card, extra=DROPPED)
        assert dropped.additional["warning"] == "identity-dropped"
        assert shop.pay(card, member=MEMBER, loyalty="Forbidden").additional["warning"] == "identity-dropped"
        assert shop.pay(card, member=MEMBER, loyalty=None).additional["warning"] == "identity-dropped"
        assert ABOUT[""] in shop.explained(dropped).stdout
    assert not [path.name for path in shop.layout.state.iterdir() if path.name.startswith("vault")]


@pytest.mark.parametrize("card", [None, "visa"], ids=["cash", "card"])
@pytest.mark.parametrize("word", CHOICES)
def test_what_was_chosen_is_known_and_nothing_else(shop: Shop, card, word):
    service = new_service_id()
    answer = shop.pay(card, service_id=service, **CHOICES[word])
    assert answer.result == "Success"
    assert answer.additional.get("identity", "") == word
    assert "warning" not in answer.additional
    told = shop.explained(answer)
    assert told.returncode == 0
    assert ABOUT[word] in told.stdout
    assert shop.known(answer) == kinds(word)
    assert shop.again(service).body == answer.body
    assert MEMBER not in json.dumps(answer.document, default=str)


def test_a_restart_changes_no_answer(shop: Shop):
    sales = []
    for card in (None, "visa"):
        for word, chosen in CHOICES.items():
            service, reference = new_service_id(), f"order-{word}-{card}"
            answer = shop.pay(card, service_id=service, transaction_id=reference, **chosen)
            sales.append((service, reference, card, word, answer))
    shop.restart()
    for service, reference, card, word, answer in sales:
        assert shop.again(service).additional == answer.additional
        repeated = shop.till.pay("12.30", cash=card is None, service_id=service, transaction_id=reference)
        assert repeated.additional == answer.additional
        assert repeated.additional.get("identity", "") == word
    assert shop.held() == ()


# ---- sales that were not paid ----


def declined(shop: Shop) -> Reply:
    shop.mode("decline")
    try:
        return shop.pay("visa", member=MEMBER, order=ORDER)
    finally:
        shop.mode("approve")


def aborted(shop: Shop) -> Reply:
    service = new_service_id()
    answers: list[Reply] = []
    paying = threading.Thread(
        target=lambda: answers.append(shop.till.pay("9.00", service_id=service, member=MEMBER, order=ORDER))
    )
    paying.start()
    until(lambda: shop.till.diagnosis().body["POIStatus"]["GlobalStatus"] == "Busy")
    shop.till.abort(service)
    paying.join(20)
    return answers[0]


def lost(shop: Shop) -> Reply:
    shop.mode("drop-response")
    try:
        return shop.pay("visa", member=MEMBER, order=ORDER)
    finally:
        shop.mode("approve")


@pytest.mark.parametrize(("end", "error"), [(declined, "Refusal"), (aborted, "Aborted"), (lost, "UnreachableHost")])
def test_nothing_stays_of_a_sale_that_was_not_paid(shop: Shop, end: Callable[[Shop], Reply], error):
    answer = end(shop)
    assert (answer.result, answer.error) == ("Failure", error)
    assert not {"identity", "warning"} & set(answer.additional)
    until(lambda: shop.known(answer) == frozenset())
    assert ABOUT[""] in shop.explained(answer).stdout
    assert shop.held() == ()


def test_nothing_is_held_when_the_processor_is_away(shop: Shop):
    shop.mode("down")
    try:
        answer = shop.till.pay("12.30", member=MEMBER)
    finally:
        shop.mode("up")
    assert answer.error == "UnreachableHost"
    assert shop.held() == ()
    until(lambda: shop.till.diagnosis().additional["processor"] == "ok")


# ---- killed between hold and keep ----


def killed(shop: Shop, when: Callable[[], object], card: str | None = "visa") -> str:
    """A card sale with both choices, whose engine is killed once that is so: its ServiceID."""
    service = new_service_id()

    def ask() -> None:
        with suppress(OSError, http.client.HTTPException):
            shop.till.pay("33.10", service_id=service, member=MEMBER, order=ORDER)

    paying = threading.Thread(target=ask)
    with ExitStack() as stack:
        paying.start()
        if card is not None:
            stack.enter_context(shop.store.customer(card))
        until(when)
        shop.kill()
        paying.join(20)
    return service


def journalled(shop: Shop) -> int:
    """How many sales the journal has."""
    words = ["journal", "--json", "--config", str(shop.layout.config)]
    told = subprocess.run([sys.executable, "-m", "pos_bridge", *words], capture_output=True, text=True, check=True)
    return len(json.loads(told.stdout))


def test_killed_while_it_waits_for_its_card(shop: Shop):
    shop.pay(member=MEMBER)  # so that there is a vault
    until(lambda: not shop.held())
    before = journalled(shop)
    service = killed(shop, lambda: journalled(shop) > before, card=None)
    assert len(shop.held()) == 1
    shop.restart()
    until(lambda: not shop.held())
    assert shop.again(service).error == "UnreachableHost"
    assert shop.known(shop.again(service)) == frozenset()


def test_killed_while_the_processor_is_asked(shop: Shop):
    shop.mode("drop-response")
    before = len(shop.store.ledger())
    service = killed(shop, lambda: len(shop.store.ledger()) > before)
    assert len(shop.held()) == 1
    shop.mode("approve")
    shop.restart()
    until(lambda: not shop.held())
    assert shop.known(shop.again(service)) == frozenset()


@pytest.mark.parametrize("card", [None, "visa"], ids=["cash", "card"])
def test_killed_after_it_was_paid_and_before_it_was_kept(shop: Shop, card):
    """The file as such a crash leaves it: the leg is paid, its choices are held."""
    service = new_service_id()
    answer = shop.pay(card, service_id=service)
    shop.kill()
    with shop.stopped_vault() as vault:
        vault.hold(key_of(answer), HELD)
        vault.hold(LegKey.fresh(), HELD)
    shop.restart()
    until(lambda: not shop.held())
    assert shop.known(answer) == kinds("chouchous,delivery")
    assert ABOUT["chouchous,delivery"] in shop.explained(answer).stdout


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_a_random_moment_it_is_kept_if_and_only_if_it_was_paid(shop: Shop, seed):
    chance = random.Random(seed)
    cash, service = chance.random() < 0.3, new_service_id()

    def ask() -> None:
        with suppress(OSError, http.client.HTTPException):
            shop.till.pay("33.10", cash=cash, service_id=service, member=MEMBER, order=ORDER)

    paying = threading.Thread(target=ask)
    with ExitStack() as stack:
        paying.start()
        if not cash:
            stack.enter_context(shop.store.customer("visa"))
        time.sleep(chance.uniform(0.0, 0.05 if cash else 1.2))
        shop.kill()
        paying.join(20)
    shop.restart()
    until(lambda: not shop.held())
    status = shop.till.status(service)
    if status.error == "NotFound":
        return
    answer = shop.again(service)
    paid = answer.result == "Success"
    assert shop.known(answer) == (kinds("chouchous,delivery") if paid else frozenset())
    assert answer.additional.get("identity") == ("chouchous,delivery" if paid else None)
    assert ABOUT["chouchous,delivery" if paid else ""] in shop.explained(answer).stdout


# ---- a vault that cannot be used ----


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


def test_the_alarm_is_told_once_and_the_dropped_are_told_in_sum_at_the_stop(shop: Shop):
    with spoiled(shop, "garbage"):
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
    until(lambda: not shop.held())
    assert shop.known(answer) == frozenset()
    assert ABOUT[""] in shop.explained(answer).stdout
    shop.restart()
    assert shop.again(first).additional == answer.additional
    assert shop.again(service).error == "Aborted"
