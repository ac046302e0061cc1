"""Whatever a till sends as a device message, it is told something of nexo's, and nothing of it again."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.domain.device import Answer, Confirmed, DeviceFault, Question
from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.device_ports import Around
from pos_bridge.pos_api.device_text import Line, holds_card, rows
from pos_bridge.pos_api.nexo_service import NexoService
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.wire.nexo.device_words import Alignment
from pos_bridge.wire.nexo.words import ErrorCondition
from tests.pos_api.fake_desk import FakeAnswers, FakeDesk
from tests.wire.nexo.anything import DEVICES, JSON, paths
from tests.wire.nexo.shapes import POIID, encode, with_field

CONDITIONS = {condition.value for condition in ErrorCondition}


class Everything:
    """A display, a printer and a pad that take what they are given and keep it."""

    columns, lines = 20, 2

    def __init__(self) -> None:
        self.given: list[str] = []

    async def show(self, lines: Sequence[str]) -> DeviceFault | None:
        assert len(lines) <= self.lines
        assert all(len(line) <= self.columns for line in lines)
        self.given += lines
        return None

    async def look(self) -> DeviceFault | None:
        return None

    async def issue(self, rows: Sequence[str]) -> DeviceFault | None:
        assert all(len(row) <= self.columns for row in rows)
        self.given += rows
        return None

    async def ask(self, question: Question, limit_s: float) -> Answer:
        assert 0 < limit_s <= 300
        self.given += (*question.lines, *question.entries)
        return Confirmed(yes=True) if not question.entries else DeviceFault.STALLED


def told(raw: bytes) -> tuple[int, bytes, list[str]]:
    async def ask() -> tuple[int, bytes]:
        service = NexoService(
            terminal=Terminal(poiid=POIID, merchant_id="CLEMENT-001", language="fr", version="0.1.0"),
            secret=bytes(32),
            desk=FakeDesk(),
            answers=FakeAnswers(),
            clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
            on_trouble=troubles.append,
            on_dropped=lambda: None,
            around=Around(devices, devices, devices),
        )
        reply = await service.answer(bytearray(raw))
        await service.close()
        return reply.status, reply.body

    troubles: list[Trouble] = []
    devices = Everything()
    status, body = asyncio.run(ask())
    assert troubles == []
    return status, body, devices.given


def responses(value: Any) -> list[dict[str, Any]]:
    match value:
        case dict():
            here = [value["Response"]] if "Response" in value else []
            return here + [found for part in value.values() for found in responses(part)]
        case list():
            return [found for part in value for found in responses(part)]
        case _:
            return []


@given(st.data(), JSON | st.text(max_size=60))
@settings(max_examples=250, deadline=None)
def test_any_field_may_be_anything(data, value):
    base = data.draw(st.sampled_from(DEVICES))
    path = data.draw(st.sampled_from(sorted(p for p in paths(base["SaleToPOIRequest"]) if "Header" not in p)))
    status, body, _ = told(encode(with_field(base, path, value)))
    assert status in {200, 400}  # an infinity or half a character is not JSON
    if body and status == 200:
        found = responses(json.loads(body))
        assert found
        for response in found:
            assert response["Result"] == "Success" or response["ErrorCondition"] in CONDITIONS


@given(st.text(min_size=8, max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_text_comes_back(text):
    marked = f"Zq7{text}Zq7"
    for base, path in (
        (DEVICES[0], "DisplayRequest.DisplayOutput.OutputContent.OutputText.Text"),
        (DEVICES[1], "InputRequest.DisplayOutput.MenuEntry.OutputText.Text"),
        (DEVICES[2], "PrintRequest.PrintOutput.OutputContent.OutputText.Text"),
    ):
        _, body, given_ = told(encode(with_field(base, path, marked)))
        assert b"Zq7" not in body
        assert any("Zq7" in row for row in given_) or b"Failure" in body


@given(st.lists(st.text(max_size=120), max_size=6), st.integers(20, 80), st.sampled_from(Alignment))
def test_rows_fit(texts, columns, alignment):
    found = rows([Line(text, alignment) for text in texts], columns)
    assert all(len(row) <= columns for row in found)


@given(st.lists(st.text(max_size=200), max_size=6), st.booleans())
@settings(deadline=None)
def test_any_text_can_be_looked_at(texts, together):
    assert holds_card([Line(text) for text in texts], together=together) in {True, False}
