"""A till in encrypted mode on a whole store: sales, questions, replays, and a passphrase that changes."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hw_sim.reply import Reply
from hw_sim.running import RunningStore
from hw_sim.store.config import KEY_IDENTIFIER, KEY_VERSION
from hw_sim.till import Till, new_service_id
from tests.stores import whole_store
from tests.surfaces.book import until
from tests.warm.store import WARM

NEW = "the second of its passphrases"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1", program=WARM) as running:
        yield running


@pytest.fixture
def till(store: RunningStore) -> Till:
    return store.till(encrypted=True)


def config(store: RunningStore) -> Path:
    return Path(store.facts["config"])


def with_key(store: RunningStore, passphrase: str, version: int) -> Till:
    return Till({**store.facts, "passphrase": passphrase, "key_version": version}, encrypted=True)


def document(till: Till, category: str, body: dict[str, Any], service_id: str) -> dict[str, Any]:
    header = {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": category,
        "MessageType": "Request",
        "ServiceID": service_id,
        "SaleID": till.sale_id,
        "POIID": till.poiid,
    }
    return {"SaleToPOIRequest": {"MessageHeader": header, f"{category}Request": body}}


def sale(till: Till, service_id: str, *, cash: bool = False) -> bytes:
    """A Payment as it goes over the wire: the same bytes can be sent again."""
    body: dict[str, Any] = {
        "SaleData": {"SaleTransactionID": {"TransactionID": f"sale-{service_id}", "TimeStamp": "2026-11-23T10:00:00Z"}},
        "PaymentTransaction": {"AmountsReq": {"Currency": "CAD", "RequestedAmount": 12.35}},
    }
    if cash:
        body["PaymentData"] = {"PaymentInstrumentData": {"PaymentInstrumentType": "Cash"}}
    return till.written(document(till, "Payment", body, service_id))


def pay(store: RunningStore, till: Till, raw: bytes) -> Reply:
    with store.customer("visa"):
        return till.post(raw)


def charges(store: RunningStore) -> int:
    return len(store.ledger())


def test_what_a_till_does_in_a_day(store: RunningStore, till: Till):
    assert till.login().result == "Success"
    assert till.diagnosis().result == "Success"
    service_id = new_service_id()
    paid = pay(store, till, sale(till, service_id))
    assert paid.result == "Success"
    assert paid.receipt("CustomerReceipt")
    assert till.status(service_id).repeated == paid.body
    assert till.pay("7.00", cash=True).result == "Success"
    assert till.reverse(paid.transaction).result == "Success"
    assert till.totals().result == "Success"
    assert till.logout().result == "Success"


def test_a_sale_that_is_replayed_is_no_second_sale(store: RunningStore, till: Till):
    """The same bytes again: at once, after a crash, and from whoever listened. One charge, and the same answer."""
    raw = sale(till, new_service_id())
    before = charges(store)
    first = pay(store, till, raw)
    assert first.result == "Success"
    for restart in (False, True, True):
        if restart:
            store.do("engine", "kill")
            store.do("engine", "restart")
        assert till.post(raw).document == first.document
    assert charges(store) == before + 1


def test_cash_that_is_replayed_is_no_second_sale(store: RunningStore, till: Till):
    raw = sale(till, new_service_id(), cash=True)
    first = till.post(raw)
    assert first.result == "Success"
    sold = till.totals().body["TransactionTotals"]
    store.do("engine", "restart")
    assert till.post(raw).document == first.document
    assert till.totals().body["TransactionTotals"] == sold


def test_an_abort_and_one_that_matches_nothing(store: RunningStore, till: Till):
    service_id = new_service_id()
    answers: list[Reply] = []
    paying = threading.Thread(target=lambda: answers.append(till.post(sale(till, service_id))))
    paying.start()
    until(lambda: till.status().error == "InProgress")  # the last one: to name one that never came would close it
    aborted = till.abort(service_id)
    assert (aborted.status, aborted.document) == (200, None)
    paying.join(60)
    assert answers[0].error == "Aborted"
    event = till.abort(new_service_id()).document
    assert event is not None
    assert event["SaleToPOIRequest"]["EventNotification"]["EventToNotify"] == "Reject"


def test_the_till_in_clear_is_another_till(store: RunningStore, till: Till):
    """Each is told of its own sales only; on one terminal both work."""
    service_id = new_service_id()
    clear = store.till()
    assert till.pay("3.00", cash=True, service_id=service_id).result == "Success"
    assert clear.status(service_id).error == "NotFound"
    assert till.status(service_id).result == "Success"
    assert clear.pay("3.00", cash=True).result == "Success"


def test_a_wrong_passphrase(store: RunningStore):
    other = with_key(store, "not the passphrase of this store", KEY_VERSION)
    told = other.diagnosis()
    assert (told.status, told.document) == (401, {"errors": ["sealed-refused"]})
    told = with_key(store, store.facts["passphrase"], KEY_VERSION + 7).diagnosis()
    assert (told.status, told.document) == (401, {"errors": ["message-key-refused"]})


def test_a_passphrase_changes_and_no_answer_is_lost(store: RunningStore, till: Till):
    """Both versions side by side; then the old one is gone. What was paid under it is still told, and paid once."""
    service_id = new_service_id()
    raw = sale(till, service_id)
    before = charges(store)
    paid = pay(store, till, raw)
    phrase = config(store).parent / "second.passphrase"
    phrase.touch(mode=0o600)
    phrase.write_text(NEW + "\n")
    entry = '[[nexo.passphrase]]\nidentifier = "{}"\nversion = {}\nfile = "{}"\n'
    first = entry.format(KEY_IDENTIFIER, KEY_VERSION, "nexo.passphrase")
    second = entry.format(KEY_IDENTIFIER, KEY_VERSION + 1, phrase.name)
    text = config(store).read_text()
    assert first in text
    config(store).write_text(text.replace(first, first + second))
    store.do("engine", "restart")
    renewed = with_key(store, NEW, KEY_VERSION + 1)
    for one in (till, renewed):
        assert one.status(service_id).repeated == paid.body
    again = renewed.post(sale(renewed, service_id))
    assert again.document == paid.document
    config(store).write_text(text.replace(first, second))
    store.do("engine", "restart")
    assert renewed.status(service_id).repeated == paid.body
    assert till.post(raw).status == 401
    assert charges(store) == before + 1
    config(store).write_text(text)
    store.do("engine", "restart")


def test_a_store_where_nobody_speaks_in_clear(store: RunningStore, till: Till):
    text = config(store).read_text()
    config(store).write_text(text.replace('api_key_file = "api.key"\n', ""))
    store.do("engine", "restart")
    told = store.till().diagnosis()
    assert (told.status, told.document) == (401, {"errors": ["api-key-refused"]})
    assert till.diagnosis().result == "Success"
    config(store).write_text(text)
    store.do("engine", "restart")
    assert store.till().diagnosis().result == "Success"


def test_a_new_certificate_while_a_payment_runs(store: RunningStore, till: Till):
    """Made by the command, with the store's authority; who waits is answered, who comes next is shown the new one."""
    medium = store.folder / "world" / "medium"
    medium.mkdir()
    answers: list[Reply] = []
    service_id = new_service_id()
    paying = threading.Thread(target=lambda: answers.append(till.post(sale(till, service_id))))
    paying.start()
    until(lambda: till.status().error == "InProgress")  # the last one: to name one that never came would close it
    before = shown(store)
    words = ["new", "--authority", str(medium), "--config", str(config(store))]
    subprocess.run([sys.executable, "-m", "pos_bridge", "certificate", *words], check=True, stdout=subprocess.DEVNULL)
    os.kill(store.facts["engine_pid"], signal.SIGHUP)
    until(lambda: shown(store) != before)
    renewed = store.till(encrypted=True)  # which trusts the new authority: the file is the same
    assert renewed.status(service_id).error == "InProgress"
    assert renewed.abort(service_id).document is None
    paying.join(60)
    assert answers[0].error == "Aborted"
    events = [json.loads(line)["event"] for line in Path(store.facts["log"]).read_text().splitlines()]
    assert events.count("CertificateTaken") == 1


def shown(store: RunningStore) -> bytes:
    """The certificate that whoever connects is shown."""
    url = urlsplit(store.facts["nexo_url"])
    assert url.port is not None
    tls = ssl.create_default_context()
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", url.port)) as plain, tls.wrap_socket(plain) as line:
        found = line.getpeercert(binary_form=True)
    assert found is not None
    return found


def test_doctor_asks_as_a_till_does(store: RunningStore):
    """Also where nothing is heard in clear."""
    words = [sys.executable, "-m", "pos_bridge", "doctor", "--lang", "en", "--config", str(config(store))]
    text = config(store).read_text()
    config(store).write_text(text.replace('api_key_file = "api.key"\n', ""))
    store.do("engine", "restart")
    told = subprocess.run(words, check=False, capture_output=True, text=True).stdout
    assert told.startswith("GOOD: pos-bridge runs and answers on port ")
    assert "refused" not in told
    config(store).write_text(text)
    store.do("engine", "restart")


def test_cloud_style_clients_ask_at_another_path(store: RunningStore):
    """The same envelopes with the API key; encrypted ones as well."""
    facts = {**store.facts, "nexo_url": store.facts["nexo_url"].replace("/nexo", "/sync")}
    assert facts["nexo_url"].endswith("/sync")
    assert Till(facts).pay("2.00", cash=True).result == "Success"
    assert Till(facts, encrypted=True).pay("2.00", cash=True).result == "Success"
    wrong = Till({**facts, "api_key": "0" * 32}).diagnosis()
    assert (wrong.status, wrong.document) == (401, {"errors": ["api-key-refused"]})


def test_no_passphrase_and_no_key_of_one_is_kept_anywhere(store: RunningStore):
    """But in the file that IT wrote, and in store.json of the simulator."""
    phrases = [store.facts["passphrase"].encode(), NEW.encode()]
    holding = {
        path.name
        for path in store.folder.rglob("*")
        if path.is_file() and any(phrase in path.read_bytes() for phrase in phrases)
    }
    assert holding - {"second.passphrase"} == {"nexo.passphrase", "store.json"}
    assert json.loads((store.folder / "store.json").read_text())["passphrase"].encode() == phrases[0]
