"""Input, from the till's JSON to a customer's key and back: answered, refused, withdrawn, one at a time."""

import json

import pytest

from hw_sim.cards import CARDS
from tests.pos_api.counter_store import CounterStore, confirmation, data, entry, menu, output
from tests.pos_api.world import Store, more, result
from tests.wire.nexo.shapes import abort, cash, payment, request, with_field

PAN = CARDS["visa"].number


def test_a_confirmation(counter: CounterStore):
    for word, flag in (("yes", True), ("no", False)):
        asking = counter.asking(confirmation("Reçu par courriel?", "E-mail receipt?"))
        assert counter.answer(word) == ("Reçu par courriel?", "E-mail receipt?")
        assert asking.answer() == {
            "OutputResult": {"Device": "CustomerDisplay", "InfoQualify": "Display", "Response": {"Result": "Success"}},
            "InputResult": {
                "Device": "CustomerInput",
                "InfoQualify": "Input",
                "Response": {"Result": "Success"},
                "Input": {"InputCommand": "GetConfirmation", "ConfirmedFlag": flag},
            },
        }


def test_a_menu(counter: CounterStore):
    asking = counter.asking(menu(entry("papier"), entry("tissu", DefaultSelectedFlag=True), entry("aucun")))
    counter.asked()
    assert counter.counter.pad.asked is not None
    assert counter.counter.pad.asked.marked == 2
    assert counter.answer("3") == ("Choisissez", "papier", "tissu", "aucun")
    answered = asking.answer()["InputResult"]["Input"]
    assert answered == {"InputCommand": "GetMenuEntry", "MenuEntryNumber": [0, 0, 1]}


def test_cancelled_by_the_customer(counter: CounterStore):
    asking = counter.asking(confirmation("Sac?"))
    counter.answer("cancel")
    body = asking.answer()
    assert result(body["InputResult"]) == result(body["OutputResult"]) == ("Failure", "Cancel")
    assert "Input" not in body["InputResult"]


def test_not_answered_in_time_is_no_answer_whatever_was_marked(counter: CounterStore):
    body = counter.ask(menu(entry("oui", DefaultSelectedFlag=True), entry("non"), MaxInputTime=1))
    assert result(body["InputResult"]) == ("Failure", "Cancel")
    assert "Input" not in body["InputResult"]
    counter.wait_for(lambda: counter.counter.pad.asked is None)


def test_withdrawn_by_the_till_on_another_connection(counter: CounterStore):
    asking = counter.asking(confirmation("Sac?", service_id="Q7"))
    counter.asked()
    assert counter.post(abort("Q8", "Input"))[1] != b""
    another = with_field(abort("Q7", "Input"), "AbortRequest.MessageReference.SaleID", "Caisse 9")
    assert counter.post(another)[1] != b""
    assert counter.post(abort("Q7", "Input")) == (200, b"")
    assert result(asking.answer()["InputResult"]) == ("Failure", "Aborted")
    counter.wait_for(lambda: counter.counter.pad.asked is None)


def test_withdrawn_by_its_device_id(counter: CounterStore):
    message = confirmation("Sac?", header={"DeviceID": "D1"})
    del message["SaleToPOIRequest"]["MessageHeader"]["ServiceID"]
    asking = counter.asking(message)
    counter.asked()
    reference = {"MessageReference": {"MessageCategory": "Input", "DeviceID": "D1"}}
    assert counter.post(request("Abort", reference, service_id="A1")) == (200, b"")
    assert result(asking.answer()["InputResult"]) == ("Failure", "Aborted")


def test_an_abort_that_matches_nothing_is_told(counter: CounterStore):
    status, raw = counter.post(abort("Q1", "Input"))
    event = json.loads(raw)["SaleToPOIRequest"]["EventNotification"]
    assert (status, event["EventToNotify"]) == (200, "Reject")
    counter.post(abort("P1", "Payment"))
    assert counter.rejected == 2


def test_one_question_at_a_time(counter: CounterStore):
    asking = counter.asking(confirmation("Sac?", service_id="Q1"))
    counter.asked()
    second = counter.ask(confirmation("Reçu?", service_id="Q2"))["InputResult"]
    assert result(second) == ("Failure", "Busy")
    assert more(second)["serviceId"] == "Q1"
    assert counter.answer("yes") == ("Sac?",)
    assert result(asking.answer()["InputResult"]) == ("Success", None)


def test_a_pad_of_its_own_and_a_payment_do_not_meet(counter: CounterStore):
    counter.hold()
    paying = counter.asking(payment())
    counter.wait_for(lambda: counter.desk.asks != [])
    asking = counter.asking(confirmation("Sac?"))
    counter.answer("yes")
    assert result(asking.answer()["InputResult"]) == ("Success", None)
    counter.release()
    assert result(paying.answer()) == ("Success", None)


def test_the_readers_own_pad_is_not_asked_while_a_payment_runs(shared: CounterStore):
    shared.hold()
    paying = shared.asking(payment(service_id="P1"))
    shared.wait_for(lambda: shared.desk.asks != [])
    busy = shared.ask(confirmation("Sac?"))["InputResult"]
    assert result(busy) == ("Failure", "Busy")
    assert more(busy)["serviceId"] == "P1"
    shared.release()
    assert result(paying.answer()) == ("Success", None)
    asking = shared.asking(confirmation("Sac?"))
    shared.answer("no")
    assert result(asking.answer()["InputResult"]) == ("Success", None)


def test_no_payment_begins_while_its_reader_asks_something(shared: CounterStore):
    asking = shared.asking(confirmation("Sac?", service_id="Q1"))
    shared.asked()
    for message in (payment(service_id="P1"), cash(service_id="P2")):
        busy = shared.ask(message)
        assert result(busy) == ("Failure", "Busy")
        assert more(busy)["serviceId"] == "Q1"
    assert shared.desk.asks == []
    shared.answer("yes")
    assert result(asking.answer()["InputResult"]) == ("Success", None)
    assert result(shared.ask(payment(service_id="P1"))) == ("Success", None)


def test_this_terminals_own_question_also_in_the_middle_of_a_payment(shared: CounterStore):
    customer = shared.service._devices._inquiries
    shared.hold()
    paying = shared.asking(payment())
    shared.wait_for(lambda: shared.desk.asks != [])
    for word, answer in (("yes", True), ("no", False), ("cancel", None)):
        pending = shared.begin(customer.confirm("Vos points?", "Your points?", 30.0, "P1"))
        assert shared.answer(word) == ("Vos points?", "Your points?")
        assert pending.result(60) is answer
    assert shared.run(customer.confirm("Vos points?", "Your points?", 1.0, "P1")) is None
    shared.counter.pad.unplug()
    assert shared.run(customer.confirm("Vos points?", "Your points?", 1.0, "P1")) is None
    shared.release()
    assert result(paying.answer()) == ("Success", None)


@pytest.mark.parametrize(
    "command",
    ["GetAnyKey", "GetFunctionKey", "TextString", "DigitString", "DecimalString", "Password", "SiteManager"],
)
def test_nothing_is_typed(counter: CounterStore, command):
    body = counter.ask(request("Input", {"DisplayOutput": output("Téléphone?"), "InputData": data(command)}))
    assert result(body["InputResult"]) == ("Failure", "NotAllowed")
    assert counter.counter.pad.asked is None


@pytest.mark.parametrize(
    ("message", "condition", "field"),
    [
        (confirmation("x", ImmediateResponseFlag=True), "NotAllowed", None),
        (confirmation(f"carte {PAN}"), "NotAllowed", None),
        (menu(entry(PAN)), "NotAllowed", None),
        (menu(entry(PAN[:8]), entry(PAN[8:])), "NotAllowed", None),
        (confirmation("x" * 401), "NotAllowed", "InputRequest.DisplayOutput.OutputContent.OutputText"),
        (menu(entry("x" * 41)), "NotAllowed", "InputRequest.DisplayOutput.MenuEntry"),
        (menu(*[entry("x")] * 21), "NotAllowed", "InputRequest.DisplayOutput.MenuEntry"),
        (menu(entry("x", MenuEntryTag="SubMenu")), "NotAllowed", "InputRequest.DisplayOutput.MenuEntry"),
        (menu(entry(" ")), "NotAllowed", "InputRequest.DisplayOutput.MenuEntry"),
        (menu(entry("a"), entry("b"), MinLength=2), "NotAllowed", "InputRequest.InputData.MinLength"),
        (menu(), "MessageFormat", "InputRequest.DisplayOutput.MenuEntry"),
        (confirmation(), "MessageFormat", "InputRequest.DisplayOutput.OutputContent.OutputText"),
        (request("Input", {"InputData": data("GetConfirmation")}), "MessageFormat", "InputRequest.DisplayOutput"),
        (
            with_field(menu(entry("x")), "InputRequest.DisplayOutput.Device", "CashierDisplay"),
            "UnavailableDevice",
            None,
        ),
        (confirmation("a\x1b@b"), "MessageFormat", "InputRequest.DisplayOutput.OutputContent.OutputText[].Text"),
        (confirmation("x", MaxInputTime=-1), "MessageFormat", "InputRequest.InputData.MaxInputTime"),
        (confirmation("x", MaxInputTime="60"), "MessageFormat", "InputRequest.InputData.MaxInputTime"),
        (confirmation("x", Device="Oven"), "MessageFormat", "InputRequest.InputData.Device"),
        (confirmation("x", InputCommand="Guess"), "MessageFormat", "InputRequest.InputData.InputCommand"),
        (request("Input", {}), "MessageFormat", "InputRequest.InputData"),
    ],
)
def test_what_is_not_asked(counter: CounterStore, message, condition, field):
    body = counter.ask(message)["InputResult"]
    assert result(body) == ("Failure", condition)
    assert more(body).get("field") == field
    assert PAN not in json.dumps(body)
    assert counter.counter.pad.asked is None


def test_the_cashiers_keys_are_the_tills(counter: CounterStore):
    body = counter.ask(confirmation("x", Device="CashierInput"))
    assert result(body["InputResult"]) == ("Failure", "UnavailableDevice")


def test_a_pad_that_is_unplugged(counter: CounterStore):
    counter.counter.pad.unplug()
    assert result(counter.ask(confirmation("x"))["InputResult"]) == ("Failure", "DeviceOut")
    counter.run(plugged(counter))
    asking = counter.asking(confirmation("x"))
    counter.asked()
    counter.run(unplugged(counter))
    assert result(asking.answer()["InputResult"]) == ("Failure", "DeviceOut")


def test_without_a_pad(store: Store):
    assert result(store.ask(confirmation("x"))["InputResult"]) == ("Failure", "UnavailableDevice")
    assert store.run(store.service._devices._inquiries.confirm("a", "b", 1.0, "P1")) is None


def test_a_question_is_withdrawn_when_the_engine_stops(counter: CounterStore):
    asking = counter.asking(confirmation("x"))
    counter.asked()
    counter.run(counter.service._devices.close())
    assert result(asking.answer()["InputResult"]) == ("Failure", "Aborted")


async def plugged(counter: CounterStore) -> None:
    counter.counter.pad.plug()


async def unplugged(counter: CounterStore) -> None:
    counter.counter.pad.unplug()
