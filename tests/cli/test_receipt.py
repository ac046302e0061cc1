"""`pos-bridge receipt`: any answer's receipts on paper, and a plain word for what has none."""

import io
import json
import sys
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from pos_bridge.cli.main import main
from pos_bridge.pos_api.receipt_text import plain
from tests.pos_api.golden_receipts import CASES

RECEIPTS = CASES["sale-interac"].receipts("fr")
PAYMENT = {"Response": {"Result": "Success"}, "PaymentReceipt": json.loads(msgspec.json.encode(RECEIPTS))}
ANSWER = {"SaleToPOIResponse": {"MessageHeader": {"ServiceID": "1"}, "PaymentResponse": PAYMENT}}
REPEATED = {
    "SaleToPOIResponse": {
        "TransactionStatusResponse": {
            "RepeatedMessageResponse": {"RepeatedResponseMessageBody": {"PaymentResponse": PAYMENT}}
        }
    }
}


def printed(monkeypatch: pytest.MonkeyPatch, given: object, *words: str) -> int:
    raw = given if isinstance(given, bytes) else json.dumps(given).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    return main(["receipt", *words])


@pytest.mark.parametrize("answer", [ANSWER, REPEATED])
def test_the_customers_copy_in_42_columns(monkeypatch, capsys, answer):
    assert printed(monkeypatch, answer) == 0
    assert capsys.readouterr().out == "\n".join(plain(RECEIPTS[1])) + "\n"


def test_both_copies_on_a_narrow_printer(monkeypatch, capsys):
    assert printed(monkeypatch, ANSWER, "--copy", "both", "--columns", "32") == 0
    told = capsys.readouterr().out
    assert told == "\n\n\n".join("\n".join(plain(receipt, 32)) for receipt in RECEIPTS) + "\n"


DEEP: Any = b"[" * 100_000
NONE_OF: tuple[object, ...] = (
    b"",
    b"not json",
    b"\xff\xfe",
    DEEP,
    {},
    [],
    {"PaymentReceipt": []},
    {"PaymentReceipt": "reçu"},
    {"PaymentReceipt": [{"DocumentQualifier": "CustomerReceipt"}]},
    {"PaymentReceipt": [{"DocumentQualifier": 7, "OutputContent": {}}]},
    b'{"PaymentReceipt":"' + b"x" * 1024 * 1024 + b'"}',
)


@pytest.mark.parametrize("given", NONE_OF, ids=range(len(NONE_OF)))
def test_what_has_no_receipt_is_told_so(monkeypatch, capsys, given):
    assert printed(monkeypatch, given) == 2
    assert capsys.readouterr().err.startswith("Il n'y a pas de reçu")
    assert printed(monkeypatch, given, "--lang", "en") == 2
    assert capsys.readouterr().err.startswith("There is no receipt")
