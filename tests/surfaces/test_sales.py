"""One story through every surface: a till over HTTPS, a card on a pty, a processor over gRPC, a journal on disk."""

import http.client
import json
import ssl
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import pytest

from hw_sim.cards import CARDS, Brand
from hw_sim.reply import Reply
from hw_sim.residue import Search, small_ints_of
from hw_sim.running import RunningStore
from hw_sim.till import new_service_id
from tests.stores import at_rest

STRIPES = [name for name, card in CARDS.items() if card.service_code.startswith("1")]


def pay(store: RunningStore, card: str, amount: str, **options: object) -> Reply:
    with store.customer(card) as customer:
        answer = store.till().pay(amount, **options)  # type: ignore[arg-type] # as given
        assert customer.presented()
    return answer


def held(store: RunningStore, answer: Reply) -> dict[str, object]:
    key = answer.body["POIData"]["POITransactionID"]["TransactionID"]
    return next(row for row in store.ledger() if row["key"] == key)


@pytest.mark.parametrize("name", STRIPES)
def test_each_stripe_is_read_sealed_approved_and_captured(store, name):
    card = CARDS[name]
    answer = pay(store, name, "47.50")
    assert answer.result == "Success"
    result = answer.body["PaymentResult"]
    assert result["AmountsResp"] == {"Currency": "CAD", "AuthorizedAmount": Decimal("47.50")}
    told = result["PaymentInstrumentData"]["CardData"]
    assert told["MaskedPan"].lstrip("*") == card.number[-4:]
    assert told["EntryMode"] == ["MagStripe"]
    row = held(store, answer)
    assert (row["kind"], row["amount"], row["card"], row["entry_mode"]) == ("sale", 4750, card.number, "magstripe")
    assert row["state"] in {"authorised", "captured"}, "the capture follows at once"
    assert len(str(row["order_digest"])) == 64


def test_a_chip_card_is_not_taken_by_its_stripe(store):
    assert CARDS["interac"].brand is Brand.INTERAC
    answer = pay(store, "interac", "10.00")
    assert (answer.result, answer.error) == ("Failure", "InvalidCard")
    assert CARDS["interac"].number not in json.dumps(store.ledger())


@pytest.mark.parametrize(
    ("exact", "due"), [("12.32", "12.30"), ("12.33", "12.35"), ("0.01", "0.00"), ("12.35", "12.35")]
)
def test_cash_is_rounded_and_asks_nobody(store, exact, due):
    before = at_rest(store)
    answer = store.till().pay(exact, cash=True)
    assert answer.result == "Success"
    assert answer.additional["cashDue"] == due
    assert answer.body["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] == Decimal(exact)
    assert "CardData" not in json.dumps(answer.body, default=str)
    assert answer.body["PaymentResult"]["OnlineFlag"] is False
    assert store.ledger() == before


def test_a_repeat_is_answered_and_not_charged(store):
    service = new_service_id()
    first = pay(store, "visa", "20.00", service_id=service, transaction_id="order-1")
    before = at_rest(store)
    again = store.till().pay("20.00", service_id=service, transaction_id="order-1")
    assert again.body["POIData"] == first.body["POIData"]
    assert again.result == "Success"
    other = store.till().pay("21.00", service_id=service, transaction_id="order-1")
    assert (other.result, other.error) == ("Failure", "NotAllowed")
    assert store.ledger() == before


def test_a_till_that_hangs_up_does_not_stop_its_payment(store):
    till, service = store.till(), new_service_id()
    facts = store.facts
    port = int(facts["nexo_url"].rsplit(":", 1)[1].split("/")[0])
    document = {
        "SaleToPOIRequest": {
            "MessageHeader": {
                "ProtocolVersion": "3.0",
                "MessageClass": "Service",
                "MessageCategory": "Payment",
                "MessageType": "Request",
                "ServiceID": service,
                "SaleID": till.sale_id,
                "POIID": till.poiid,
            },
            "PaymentRequest": {
                "SaleData": {"SaleTransactionID": {"TransactionID": "gone", "TimeStamp": "2026-01-01T00:00:00Z"}},
                "PaymentTransaction": {"AmountsReq": {"Currency": "CAD", "RequestedAmount": 33.25}},
            },
        }
    }
    tls = ssl.create_default_context(cafile=facts["ca"])
    with store.customer("visa") as customer:
        gone = http.client.HTTPSConnection("127.0.0.1", port, context=tls, timeout=10)
        gone.request("POST", "/nexo", json.dumps(document), {"X-API-Key": facts["api_key"]})
        gone.close()
        assert customer.presented()
    answer = till.status(service)
    while answer.error == "InProgress":
        time.sleep(0.02)
        answer = till.status(service)
    repeated = answer.body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]["PaymentResponse"]
    assert repeated["Response"]["Result"] == "Success"
    key = repeated["POIData"]["POITransactionID"]["TransactionID"]
    assert [row["amount"] for row in store.ledger() if row["key"] == key] == [3325]


def test_a_card_swiped_before_the_ask_pays_for_nobody(store):
    store.do("card", "swipe", "visa", "--now")
    before = at_rest(store)
    answer = pay(store, "mastercard", "5.00")
    assert answer.result == "Success"
    assert [row["card"] for row in store.ledger()[len(before) :]] == [CARDS["mastercard"].number]


def test_nobody_wants_a_card_and_nothing_is_remembered(store):
    assert store.sim("card", "swipe", "visa", "--wait", "0.3").returncode == 3
    with store.customer("amex") as customer:
        customer.leave()
    before = at_rest(store)
    assert pay(store, "discover", "6.00").result == "Success"
    assert [row["card"] for row in store.ledger()[len(before) :]] == [CARDS["discover"].number]


def test_an_abort_and_a_second_payment_while_one_waits(store):
    till, service = store.till(), new_service_id()
    answers: list[Reply] = []
    paying = threading.Thread(target=lambda: answers.append(till.pay("9.00", service_id=service)))
    paying.start()
    while till.diagnosis().body["POIStatus"]["GlobalStatus"] != "Busy":  # a sale now would be the one that runs
        time.sleep(0.02)
    busy = till.pay("1.00", cash=True)
    assert busy.error == "Busy"
    assert busy.additional["serviceId"] == service
    assert till.diagnosis().result == "Success"
    assert till.status(service).error == "InProgress"
    aborted = till.abort(service)
    assert (aborted.status, aborted.document) == (200, None)
    paying.join(20)
    assert (answers[0].result, answers[0].error) == ("Failure", "Aborted")
    assert pay(store, "visa", "9.00").result == "Success"


@pytest.mark.parametrize(
    ("fault", "error"),
    [("stall", {"DeviceOut", "UnavailableDevice"}), ("garbage", {"InvalidCard"}), ("noise", {None})],
)
def test_a_reader_that_fails_gets_a_clear_answer_and_the_next_sale_works(store, fault, error):
    store.do("reader", fault)
    assert pay(store, "visa", "11.00").error in error
    assert pay(store, "visa", "12.00").result == "Success"


def test_a_reader_that_is_not_there(store):
    store.do("reader", "unplug")
    answer = store.till().pay("11.00")
    assert answer.error in {"DeviceOut", "UnavailableDevice"}
    store.do("reader", "replug")
    assert pay(store, "visa", "12.00").result == "Success"


@pytest.mark.parametrize("at", ["1", "40", "60"])
def test_a_reader_that_hangs_up_in_mid_swipe(store, at):
    before = at_rest(store)
    store.do("reader", "unplug", "--at", at)
    answer = pay(store, "visa", "11.00")
    assert answer.error in {"DeviceOut", "UnavailableDevice"}
    assert store.ledger() == before
    store.do("reader", "replug")
    assert pay(store, "visa", "12.00").result == "Success"


@pytest.mark.parametrize("headers", [{"Origin": "https://example.org"}, {"Host": "till.example.org"}])
def test_a_web_page_can_neither_pay_nor_read(store, headers):
    till = store.till()
    before = at_rest(store)
    document: dict[str, object] = {"SaleToPOIRequest": {"MessageHeader": {}}}
    answer = till.send(document, headers)
    assert answer.status == 403
    assert "SaleToPOIResponse" not in json.dumps(answer.document)
    assert store.ledger() == before


def test_a_wrong_api_key_is_refused(store):
    till = store.till()
    assert till.send({"SaleToPOIRequest": {}}, {"X-API-Key": "wrong" * 6}).status == 401


def run_command(store: RunningStore, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pos_bridge", *words, "--config", store.facts["config"]]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_commands_read_what_the_engine_wrote(store):
    answer = pay(store, "visa", "64.20")
    key = answer.body["POIData"]["POITransactionID"]["TransactionID"]
    assert run_command(store, "check").returncode == 0
    listed = json.loads(run_command(store, "journal", "--json").stdout)
    assert key in json.dumps(listed)
    for language, words in (("fr", "rien"), ("en", "nothing")):
        told = run_command(store, "explain", key, "--lang", language)
        assert told.returncode == 0
        assert words in told.stdout
    assert run_command(store, "explain", "00000000-0000-4000-8000-000000000000").returncode == 3


def test_nothing_of_any_card_stays_on_the_tills_disk_or_in_the_engines_memory(store):
    for name in ("visa", "mastercard", "amex", "discover"):
        pay(store, name, "15.00")
    numbers = tuple(card.number for card in CARDS.values())
    engine = int(store.facts["engine_pid"])
    assert list(Search(numbers).in_files(Path(store.folder) / "engine")) == []
    assert list(Search(numbers, small_ints_of(engine)).in_memory(engine)) == []
