"""A till that sends anything but nexo: the standard's own answers, nothing repeated, and the next sale works."""

import json
import random
from collections.abc import Mapping
from typing import Any

import pytest

from hw_sim.reply import Reply
from hw_sim.running import RunningStore
from hw_sim.till import Till, new_service_id
from tests.processes import descriptors, resident_kib

# What must come back in no answer, wherever it was sent.
MARK, NUMBER = "Zoé-Marquise-Tremblay", "4921817844445119"
KINDS = {"too-large", "not-json", "no-request", "bad-header", "unknown-category", "unauthorised", "method", "path"}
Json = dict[str, Any]


def message(till: Till, category: str = "Payment", body: object = None, **header: object) -> Json:
    usual: Json = {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": category,
        "MessageType": "Request",
        "ServiceID": new_service_id(),
        "SaleID": "Caisse 1 (test)",
        "POIID": till.poiid,
    }
    content = cash() if body is None else body
    return {"SaleToPOIRequest": {"MessageHeader": {**usual, **header}, f"{category}Request": content}}


def cash(amount: object = 12.35) -> Json:
    return {
        "SaleData": {"SaleTransactionID": {"TransactionID": "bad", "TimeStamp": "2026-11-23T12:00:00Z"}},
        "PaymentTransaction": {"AmountsReq": {"Currency": "CAD", "RequestedAmount": amount}},
        "PaymentData": {"PaymentInstrumentData": {"PaymentInstrumentType": "Cash"}},
    }


def raw(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def check_next_sale(store: RunningStore) -> None:
    assert store.till().pay("1.05", cash=True).result == "Success"


def tells_nothing(answer: Reply) -> None:
    told = json.dumps(answer.document, default=str, ensure_ascii=False)
    for mark in (MARK, NUMBER, "Zo\\u00e9", "Marquise"):
        assert mark not in told


MALFORMED = {
    "nothing": b"",
    "a word": MARK.encode(),
    "half a document": b'{"SaleToPOIRequest": {"MessageHeader": {"SaleID": "' + MARK.encode(),
    "not UTF-8": b'{"SaleToPOIRequest": "\xff\xfe' + NUMBER.encode() + b'"}',
    "UTF-16": raw({"SaleToPOIRequest": {}}).decode().encode("utf-16"),
    "a list": raw([{"SaleToPOIRequest": MARK}]),
    "another envelope": raw({"SaleToPOIResponse": {"MessageHeader": {"SaleID": MARK}}}),
    "no header": raw({"SaleToPOIRequest": {"PaymentRequest": {MARK: NUMBER}}}),
    "deep nesting": b'{"SaleToPOIRequest": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "two documents": raw({"SaleToPOIRequest": {}}) * 2,
    "a number without end": b'{"SaleToPOIRequest": ' + b"9" * 100_000 + b"}",
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_message(store, what):
    answer = store.till().post(MALFORMED[what])
    assert answer.status == 400
    assert answer.document is not None
    (kind,) = answer.document["errors"]
    assert kind.split(":")[0] in KINDS
    tells_nothing(answer)
    check_next_sale(store)


WRONGLY_TYPED: dict[str, tuple[str, object]] = {
    "an amount that is a text": ("PaymentTransaction.AmountsReq.RequestedAmount", NUMBER),
    "an amount that is a list": ("PaymentTransaction.AmountsReq.RequestedAmount", [1, MARK]),
    "an amount below a cent": ("PaymentTransaction.AmountsReq.RequestedAmount", 0.001),
    "an amount without bound": ("PaymentTransaction.AmountsReq.RequestedAmount", 10**40),
    "a currency that is a name": ("PaymentTransaction.AmountsReq.Currency", MARK),
    "a sale without a name": ("SaleData.SaleTransactionID", None),
    "a sale that is a person": ("SaleData.SaleTransactionID", {"TransactionID": {MARK: MARK}}),
    "a name with a control character": ("SaleData.SaleTransactionID", {"TransactionID": MARK + "\x1b[2J"}),
    "a name without end": ("SaleData.SaleTransactionID", {"TransactionID": MARK * 50}),
    "a tender of its own": ("PaymentData.PaymentInstrumentData.PaymentInstrumentType", MARK),
    "a payment type of its own": ("PaymentData.PaymentType", MARK),
    "a basket that is a text": ("PaymentTransaction.SaleItem", MARK),
}


@pytest.mark.parametrize("what", WRONGLY_TYPED)
def test_a_field_of_the_wrong_type_is_named_and_not_repeated(store, what):
    path, value = WRONGLY_TYPED[what]
    body = changed(cash(), path, value)
    answer = store.till().send(message(store.till(), body=body))
    assert answer.status == 200
    assert (answer.result, answer.error) == ("Failure", "MessageFormat")
    assert answer.additional["field"].startswith("PaymentRequest.")
    tells_nothing(answer)
    check_next_sale(store)


@pytest.mark.parametrize(
    "header",
    [{"MessageType": "Response"}, {"ProtocolVersion": "2.9"}, {"MessageClass": "Device"}, {"POIID": "V400-987654321"}],
)
def test_a_header_of_another_conversation_is_answered(store, header):
    answer = store.till().send(message(store.till(), **header))
    assert answer.status == 200
    assert answer.result == "Failure"
    check_next_sale(store)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": ""},
        {"X-API-Key": NUMBER},
        {"Origin": "https://example.org"},
        {"Host": "example.org"},
    ],
)
def test_whoever_may_not_ask_is_turned_away_before_the_body_is_read(store, headers):
    answer = store.till().send(message(store.till(), body={MARK: NUMBER}), headers)
    assert answer.status in {401, 403}
    assert answer.document is not None
    assert "SaleToPOIResponse" not in answer.document
    tells_nothing(answer)
    check_next_sale(store)


def test_a_body_over_the_limit(store):
    """docs/nexo-subset.md: 256 KiB."""
    till = store.till()
    full = message(till, body={**cash(), "Padding": MARK * 16_000})
    answer = till.send(full)
    assert answer.status == 413
    tells_nothing(answer)
    check_next_sale(store)


def test_a_thousand_ruined_messages_leave_the_engine_as_it_was(store):
    """Payments with bytes changed, lost and doubled: each gets an answer of ours or is a payment after all."""
    till, rng = store.till(), random.Random(20261123)
    engine = int(store.facts["engine_pid"])
    whole = raw(message(till, body={**cash(), "SaleData": {**cash()["SaleData"], "SaleToPOIData": MARK}}))
    for _ in range(50):
        till.post(ruined(whole, rng))
    open_before, size_before = descriptors(engine), resident_kib(engine)
    for _ in range(950):
        answer = till.post(ruined(whole, rng))
        assert answer.status in {200, 400}
        if answer.status == 200 and answer.document is not None:
            assert list(answer.document) == ["SaleToPOIResponse"]
    check_next_sale(store)
    assert int(store.facts["engine_pid"]) == engine
    assert descriptors(engine) <= open_before + 1
    assert resident_kib(engine) <= size_before + 4096


def ruined(whole: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(whole)
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randrange(len(damaged)), rng.randrange(3)
        if kind == 0:
            damaged[at] = rng.randrange(256)
        elif kind == 1:
            del damaged[at : at + rng.randint(1, 9)]
        else:
            damaged[at:at] = damaged[at : at + rng.randint(1, 40)]
    return bytes(damaged)


def changed(body: Mapping[str, Any], path: str, value: object) -> Json:
    first, _, rest = path.partition(".")
    return {**body, first: changed(body.get(first, {}), rest, value) if rest else value}
