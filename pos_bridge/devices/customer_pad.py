"""The pad that a customer answers on: opened for one question, told to stop asking when nobody waits for its answer.

Only yes, no, an entry of a menu and cancel can come from it: nothing that is typed.
"""

import asyncio
from pathlib import Path

from pos_bridge.devices.line import Line, LineError
from pos_bridge.domain.device import Answer, Chosen, DeviceFault, NoAnswer, Question
from pos_bridge.wire.customer_pad import NUMBERS, Answered, Heard, PadListener, Shown, ask, end

SHOWN_S = 2.0  # a pad that has not shown the question by then is switched off


class CustomerPad:
    """A pos_api.device_ports.Pad."""

    def __init__(self, device: Path, baud: int, shown_s: float = SHOWN_S) -> None:
        self._device = device
        self._baud = baud
        self._shown_s = shown_s
        self._number = 0

    async def ask(self, question: Question, limit_s: float) -> Answer:
        """Cancelled, it takes the question off the pad."""
        self._number = (self._number + 1) % NUMBERS
        try:
            with Line(self._device, self._baud) as line:
                try:
                    return await self._ask(line, question, limit_s)
                finally:
                    line.last_word(end())
        except LineError as error:
            return error.fault

    async def _ask(self, line: Line, question: Question, limit_s: float) -> Answer:
        talk = _Talk(line, self._number)
        try:
            async with asyncio.timeout(min(self._shown_s, limit_s)):
                await line.write(ask(self._number, question))
                heard = await talk.heard()
        except TimeoutError:
            return DeviceFault.STALLED
        try:
            async with asyncio.timeout(limit_s):
                while not isinstance(heard, Answered) or not _fits(heard.answer, question):
                    heard = await talk.heard()
        except TimeoutError:
            return NoAnswer.TOO_LATE
        return heard.answer


class _Talk:
    """What the pad says about one question, in order."""

    def __init__(self, line: Line, number: int) -> None:
        self._line = line
        self._number = number
        self._listener = PadListener()
        self._heard: list[Heard] = []

    async def heard(self) -> Shown | Answered:
        while not self._heard:
            found = self._listener.feed(await self._line.read())
            self._heard += (one for one in found if one.number == self._number)
        return self._heard.pop(0)


def _fits(answer: Answer, question: Question) -> bool:
    """Whether it can be the answer to that question."""
    match answer:
        case NoAnswer():
            return True
        case Chosen(number):
            return 1 <= number <= len(question.entries)
        case _:
            return not question.entries
