"""Print, from the till's JSON to paper: what came out, what did not, and who was told when."""

import json

import pytest

from hw_sim.cards import CARDS
from hw_sim.counter.receipt_printer import CUT
from tests.pos_api.counter_store import CounterStore, document
from tests.pos_api.world import Store, more, result
from tests.wire.nexo.shapes import request

PAN = CARDS["visa"].number


def test_at_the_end_of_printing(counter: CounterStore):
    body = counter.ask(document("Épicerie Clément", "", "Merci!", qualifier="CustomerReceipt"))
    assert body == {"DocumentQualifier": "CustomerReceipt", "Response": {"Result": "Success"}}
    assert counter.paper == ["Épicerie Clément", "", "Merci!", CUT]


def test_lines_as_receipts_of_terminals_have_them(counter: CounterStore):
    lines = ("name=TOTAL&value=12%2C30%20%24&key=total", "key=header", "name=MERCI", "a=b&c=d")
    assert result(counter.ask(document(*lines))) == ("Success", None)
    assert counter.paper == ["TOTAL" + "12,30 $".rjust(37), "", "MERCI", "a=b&c=d", CUT]


def test_long_lines_go_on_in_the_next_row(counter: CounterStore):
    text = "Échange ou remboursement dans les trente jours avec ce reçu seulement"
    assert result(counter.ask(document(text, "  2 x 3,25     6,50", "x" * 50))) == ("Success", None)
    assert counter.paper == [
        "Échange ou remboursement dans les trente",
        "jours avec ce reçu seulement",
        "  2 x 3,25     6,50",
        "x" * 42,
        "x" * 8,
        CUT,
    ]


def test_at_once(counter: CounterStore):
    assert result(counter.ask(document("x", mode="Immediate"))) == ("Success", None)
    counter.wait_for(lambda: counter.paper == ["x", CUT])
    counter.counter.printer.out()
    assert result(counter.ask(document("y", mode="Immediate"))) == ("Failure", "DeviceOut")


def test_without_an_answer(counter: CounterStore):
    assert counter.post(document("x", mode="NotRequired")) == (200, b"")
    counter.wait_for(lambda: counter.paper == ["x", CUT])
    counter.counter.printer.unplug()
    assert counter.post(document("y", mode="NotRequired")) == (200, b"")
    assert counter.post(document(PAN, mode="NotRequired")) == (200, b"")


def test_out_of_paper_and_unplugged(counter: CounterStore):
    counter.counter.printer.out()
    body = counter.ask(document("x"))
    assert result(body) == ("Failure", "DeviceOut")
    assert "papier" in more(body)["messageFr"]
    counter.counter.printer.unplug()
    assert result(counter.ask(document("x"))) == ("Failure", "DeviceOut")
    assert counter.paper == []


@pytest.mark.parametrize(
    ("message", "condition"),
    [
        (document("x", mode="SoundEnd"), "NotAllowed"),
        (document("x", OutputSignature="AAAA"), "NotAllowed"),
        (document("x", OutputContent={"OutputFormat": "XHTML", "OutputXHTML": "PHA+"}), "NotAllowed"),
        (document("x", OutputContent={"OutputFormat": "BarCode"}), "NotAllowed"),
        (document(f"Carte: {PAN}"), "NotAllowed"),
        (document(f"name=Carte&value={PAN[:4]}%20{PAN[4:8]}%20{PAN[8:12]}%20{PAN[12:]}"), "NotAllowed"),
        (document(f"%B{PAN[:10]}", f"{PAN[10:]}^TREMBLAY"), "NotAllowed"),
        (document(*["x" * 8000] * 3), "NotAllowed"),
        (document("a\x1b@b"), "MessageFormat"),
        (document("a\x10\x04\x04"), "MessageFormat"),
        (document("x", qualifier="Gossip"), "MessageFormat"),
        (document("x", mode="Later"), "MessageFormat"),
        (request("Print", {}), "MessageFormat"),
        (request("Print", {"PrintOutput": {"DocumentQualifier": "Document"}}), "MessageFormat"),
    ],
)
def test_what_is_not_printed(counter: CounterStore, message, condition):
    body = counter.ask(message)
    assert result(body) == ("Failure", condition)
    assert PAN not in json.dumps(body)
    assert body["DocumentQualifier"] == "Document"
    assert counter.paper == []


def test_a_command_in_a_percent_encoded_line_is_text(counter: CounterStore):
    assert result(counter.ask(document("name=a%1B%40b&value=c%0Ad"))) == ("Success", None)
    assert counter.paper == ["a?@b" + "c?d".rjust(38), CUT]


def test_a_masked_number_is_printed(counter: CounterStore):
    assert result(counter.ask(document(f"************{PAN[-4:]}", "AID A0000000031010"))) == ("Success", None)


def test_without_a_printer(store: Store):
    assert result(store.ask(document("x"))) == ("Failure", "UnavailableDevice")


def test_an_empty_line_is_paper_too(counter: CounterStore):
    """16 KiB of line ends would be nearly seventy metres."""
    told = counter.ask(document(*["\n" * 8000] * 2))
    assert result(told) == ("Failure", "NotAllowed")
    assert counter.paper == []
