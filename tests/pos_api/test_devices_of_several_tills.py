"""Tills with credentials of their own at one counter: one pad, one question at a time, and each takes back its own."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pos_api.choosing import HANDLING
from tests.pos_api.counter_store import CounterStore, confirmation, display, output
from tests.pos_api.sealed_till import KEYS, OLD, Sealed
from tests.pos_api.world import LIMIT_S, Certificate, more, result
from tests.wire.nexo.shapes import abort, award, encode, payment, with_field


@pytest.fixture(name="several")
def a_counter_of_several(leaf: Certificate, tmp_path: Path) -> Iterator[CounterStore]:
    with CounterStore(leaf, tmp_path, shared=True, keys=KEYS) as running:
        yield running
        assert running.troubles == []


@pytest.fixture(name="other")
def another_till(several: CounterStore) -> Sealed:
    return Sealed(several, *OLD)


def test_an_encrypted_till_shows_and_asks(several: CounterStore, other: Sealed):
    assert result(other.ask(display(output("Bonjour")))["OutputResult"][0]) == ("Success", None)
    several.wait_for(lambda: several.counter.display.shown[0] == "Bonjour")


def test_one_question_whoever_asks(several: CounterStore, other: Sealed):
    asking = several.asking(confirmation("Sac?", service_id="Q1"))
    several.asked()
    busy = other.ask(confirmation("Reçu?", service_id="Q2"))["InputResult"]
    assert result(busy) == ("Failure", "Busy")
    assert more(busy)["serviceId"] == "Q1"
    held = other.ask(payment())
    assert result(held) == ("Failure", "Busy")
    assert more(held)["serviceId"] == "Q1"
    event = other.opened(other.post(other.sealed(abort("Q1", "Input"))))
    assert "EventNotification" in json.dumps(event), "it is not that till's question"
    assert several.counter.pad.asked is not None
    several.answer("yes")
    assert result(asking.answer()["InputResult"]) == ("Success", None)


def test_no_question_on_the_readers_pad_while_anybody_pays(several: CounterStore, other: Sealed):
    several.hold()
    paying = several.asking(payment(service_id="P1"))
    several.wait_for(lambda: several.desk.asks != [])
    busy = other.ask(confirmation("Sac?"))["InputResult"]
    assert result(busy) == ("Failure", "Busy")
    assert more(busy)["serviceId"] == "P1"
    several.release()
    assert result(paying.answer()) == ("Success", None)


def test_no_payment_while_a_customer_is_asked_about_points_on_the_readers_pad(several: CounterStore, other: Sealed):
    """The reader would ask the next customer for a PIN on the pad that waits for this one's answer."""
    asking = several.asking(with_field(award(service_id="L1"), HANDLING, "Proposed"))
    several.asked()
    held = other.ask(payment())
    assert result(held) == ("Failure", "Busy")
    assert more(held)["serviceId"] == "L1"
    assert several.desk.asks == []
    several.answer("yes")
    asking.answer()
    assert result(other.ask(payment())) == ("Success", None)


def test_no_payment_in_the_very_turn_in_which_that_question_begins(several: CounterStore):
    """Both are let in before the question is on the pad."""
    award_and_payment = with_field(award(service_id="L1"), HANDLING, "Proposed"), payment(service_id="P1")

    async def both() -> list[bytes]:
        answers = (several.service.answer(bytearray(encode(message))) for message in award_and_payment)
        return [reply.body for reply in await asyncio.gather(*answers)]

    asking = several.begin(both())
    several.answer("yes")
    _, held = (json.loads(raw)["SaleToPOIResponse"] for raw in asking.result(LIMIT_S))
    assert result(held["PaymentResponse"]) == ("Failure", "Busy")
    assert more(held["PaymentResponse"])["serviceId"] == "L1"
    assert several.desk.asks == []
    assert result(several.ask(payment(service_id="P1"))) == ("Success", None), "and then it is let go of"
