"""Some thousand messages with everything wrong that can be (`make fuzz` sends more), and the engine is as it was."""

import json
from typing import Any

import pytest

from tests.surfaces.fuzz import Found, fuzz, judged
from tests.surfaces.fuzz_messages import Messages, Sent

MESSAGES = 2000


def test_the_engine_stays_healthy_and_says_nothing(store):
    report = fuzz(store, MESSAGES, seed=20261123)
    assert sum(report.answers.values()) == MESSAGES
    assert report.answers["200 Success"] > MESSAGES // 20, "nearly nothing came through: not much was tried"
    assert "sound" in report.journal_rows


def test_the_same_seed_sends_the_same():
    one, other = Messages("P400-123456789", 7), Messages("P400-123456789", 7)
    assert [one.next() for _ in range(50)] == [other.next() for _ in range(50)]


def answered(name: str, body: dict[str, Any]) -> bytes:
    header = {"MessageCategory": "Login"}
    return json.dumps({"SaleToPOIResponse": {"MessageHeader": header, f"{name}Response": body}}).encode()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"errors": ["fault"]}'),
        (400, b'{"errors": ["not-json: x y"]}'),
        (200, answered("Login", {"Response": {"Result": "Success"}, "Model": "mark"})),
        (200, answered("Login", {"Response": {"Result": "Failure", "ErrorCondition": "Whatever"}})),
        (200, answered("Payment", {"Response": {"Result": "Success"}})),
    ],
)
def test_an_answer_that_is_not_the_standards_is_found(status, body):
    with pytest.raises(Found):
        judged(Sent(b"", "mark", whole=True), status, body)
