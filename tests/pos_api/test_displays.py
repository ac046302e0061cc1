"""Display, from the till's JSON to a pole display: shown, cut, refused, and never repeated."""

import json
from typing import Any

import pytest

from hw_sim.cards import CARDS
from tests.pos_api.counter_store import CounterStore, content, display, output
from tests.pos_api.world import Store, result
from tests.wire.nexo.shapes import encode, header, payment, request

PAN = CARDS["visa"].number
GROUPED = " ".join(PAN[i : i + 4] for i in range(0, 16, 4))


def shown(store: CounterStore, *lines: str) -> bool:
    store.wait_for(lambda: store.counter.display.shown == [*lines, "", ""][:2])
    return True


def results(body: dict[str, Any]) -> list[tuple[str, str | None]]:
    assert set(body) == {"OutputResult"}, "as nexo has it: the Response is within each result"
    return [result(one) for one in body["OutputResult"]]


def test_one_output(counter: CounterStore):
    body = counter.ask(display(output("Crème glacée", "3,25 $")))
    assert body == {
        "OutputResult": [{"Device": "CustomerDisplay", "InfoQualify": "Display", "Response": {"Result": "Success"}}]
    }
    assert shown(counter, "Crème glacée", "3,25 $")


def test_one_that_is_no_array(counter: CounterStore):
    body = counter.ask(request("Display", {"DisplayOutput": output("Bonjour")}))
    assert results(body) == [("Success", None)]
    assert shown(counter, "Bonjour")


def test_the_header_repeats_the_class_and_the_device(counter: CounterStore):
    status, raw = counter.post(display(output("x"), DeviceID="D-17"))
    answered = json.loads(raw)["SaleToPOIResponse"]["MessageHeader"]
    assert status == 200
    assert answered == {**header("Display", DeviceID="D-17"), "MessageType": "Response"}


def test_a_device_message_may_have_no_service_id(counter: CounterStore):
    message = display(output("x"), DeviceID="D-17")
    del message["SaleToPOIRequest"]["MessageHeader"]["ServiceID"]
    _, raw = counter.post(message)
    answered = json.loads(raw)["SaleToPOIResponse"]["MessageHeader"]
    assert "ServiceID" not in answered
    assert answered["DeviceID"] == "D-17"
    del message["SaleToPOIRequest"]["MessageHeader"]["DeviceID"]
    assert counter.post(message)[0] == 400


def test_the_class_has_to_be_device(counter: CounterStore):
    body = counter.ask(display(output("x"), MessageClass="Service"))
    assert results(body) == [("Failure", "MessageFormat")]


def test_several_each_in_its_turn(counter: CounterStore):
    body = counter.ask(display(output("one"), output("two", device="CashierDisplay"), output("three")))
    assert results(body) == [("Success", None), ("Failure", "UnavailableDevice"), ("Success", None)]
    assert [one["Device"] for one in body["OutputResult"]] == ["CustomerDisplay", "CashierDisplay", "CustomerDisplay"]
    assert shown(counter, "three")


def test_a_response_that_is_not_required(counter: CounterStore):
    quiet = output("quiet", ResponseRequiredFlag=False)
    assert counter.post(display(quiet)) == (200, b"")
    assert shown(counter, "quiet")
    body = counter.ask(display(quiet, output("loud", ResponseRequiredFlag=True)))
    assert results(body) == [("Success", None)]
    assert shown(counter, "loud")


def test_more_than_there_is_room_for_is_cut_and_said(counter: CounterStore):
    body = counter.ask(display(output("Votre total est de douze dollars et trente cents, merci beaucoup")))
    assert results(body) == [("Success", None)]
    assert "warning=text-cut" in body["OutputResult"][0]["Response"]["AdditionalResponse"]
    assert shown(counter, "Votre total est de", "douze dollars et")


def test_pieces_and_places(counter: CounterStore):
    pieces = [
        {"Text": "Total", "EndOfLineFlag": False},
        {"Text": " 3 $"},
        {"Text": "Merci", "Alignment": "Centred"},
    ]
    one = {**output(), "OutputContent": {"OutputFormat": "Text", "OutputText": pieces}}
    assert results(counter.ask(display(one))) == [("Success", None)]
    assert shown(counter, "Total 3 $", "       Merci")
    assert results(counter.ask(display(output("a\nb")))) == [("Success", None)]
    assert shown(counter, "a", "b")


def test_back_to_nothing(counter: CounterStore):
    counter.ask(display(output("Bonjour")))
    idle = {**output(), "OutputContent": {"OutputFormat": "MessageRef", "PredefinedContent": {"ReferenceID": "Idle"}}}
    assert results(counter.ask(display(idle))) == [("Success", None)]
    assert shown(counter)


@pytest.mark.parametrize("form", ["XHTML", "BarCode", "MessageRef"])
def test_what_is_no_text(counter: CounterStore, form):
    one = {**output(), "OutputContent": {**content("x"), "OutputFormat": form, "OutputXHTML": "PHA+"}}
    assert results(counter.ask(display(one))) == [("Failure", "NotAllowed")]


@pytest.mark.parametrize(
    "lines",
    [
        (PAN,), (GROUPED,), (f"carte {PAN} merci",), (PAN[:8], PAN[8:]), (f"%B{PAN}^TREMBLAY",), (f";{PAN}=2512",),
        ("".join(chr(0xFF10 + int(digit)) for digit in PAN),), ("\u200b".join(PAN),), (PAN.replace("4", "%34", 1),),
        (GROUPED.replace(" ", "+"),), (GROUPED.replace(" ", "\u00a0"),), (GROUPED.replace(" ", "\n"),),
    ],
)  # fmt: skip
def test_a_card_number_is_refused_and_not_repeated(counter: CounterStore, lines):
    counter.ask(display(output("before")))
    status, raw = counter.post(display(output(*lines)))
    assert status == 200
    assert results(json.loads(raw)["SaleToPOIResponse"]["DisplayResponse"]) == [("Failure", "NotAllowed")]
    assert PAN not in raw.decode()
    assert PAN[:6] not in raw.decode()
    assert shown(counter, "before")


@pytest.mark.parametrize("text", ["a\x1b@", "\x00", "a\x07", "\x7f", "\x9b2J", "\x0c"])
def test_a_command_in_a_text_is_refused(counter: CounterStore, text):
    counter.ask(display(output("before")))
    body = counter.ask(display(output(text)))
    assert results(body) == [("Failure", "MessageFormat")]
    assert shown(counter, "before")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"DisplayOutput": []}, {"DisplayOutput": 7}, {"DisplayOutput": [output("x")] * 9},
        {"DisplayOutput": output("x", device="Oven")}, {"DisplayOutput": {**output("x"), "InfoQualify": "Gossip"}},
        {"DisplayOutput": {**output("x"), "OutputContent": {"OutputFormat": "Text", "OutputText": [{"Text": 7}]}}},
        {"DisplayOutput": {**output("x"), "ResponseRequiredFlag": "no"}}, {"DisplayOutput": output("x" * 8193)},
    ],
)  # fmt: skip
def test_malformed(counter: CounterStore, body):
    assert results(counter.ask(request("Display", body))) == [("Failure", "MessageFormat")]


def test_long_is_not_malformed(counter: CounterStore):
    assert results(counter.ask(display(output("x " * 1000)))) == [("Failure", "NotAllowed")]


def test_a_display_that_is_unplugged(counter: CounterStore):
    counter.counter.display.unplug()
    assert results(counter.ask(display(output("x")))) == [("Failure", "DeviceOut")]


def test_without_a_display(store: Store):
    assert results(store.ask(display(output("x")))) == [("Failure", "UnavailableDevice")]
    assert results(store.ask(display(output(PAN)))) == [("Failure", "NotAllowed")]


def test_while_a_payment_runs(counter: CounterStore):
    counter.hold()
    paying = counter.asking(payment())
    counter.wait_for(lambda: counter.desk.asks != [])
    assert results(counter.ask(display(output("Insérez la carte")))) == [("Success", None)]
    counter.release()
    assert result(paying.answer()) == ("Success", None)


def test_numbers_and_nulls_are_no_text(counter: CounterStore):
    raw = encode(display(output("x"))).replace(b'"x"', b"\xff")
    assert counter.post(raw)[0] == 400
