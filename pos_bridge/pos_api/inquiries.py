"""Questions to the customer, one at a time: a till's Input, and this terminal's own (customer.Customer).

A pad that belongs to a reader is not asked while a payment runs, and no payment begins while a till's question is on
it. What was asked and answered is told to whoever asked, and nobody else.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from pos_bridge.domain.device import (
    MAX_LIMIT_S,
    Answer,
    Chosen,
    Confirmed,
    DeviceFault,
    DeviceKind,
    NoAnswer,
    Question,
)
from pos_bridge.pos_api.answerer import Answerer, Handled
from pos_bridge.pos_api.device_answer import input_response, named, undone, without_text
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.device_ports import Pad
from pos_bridge.pos_api.question import MissingFieldError, judge, limit_s
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.said import SITUATIONS, Situation
from pos_bridge.pos_api.said_of_devices import FAULTS, DeviceSituation
from pos_bridge.pos_api.speech import Pairs, failure, success
from pos_bridge.wire.nexo.device_request import DisplayOutput, InputData, InputRequest
from pos_bridge.wire.nexo.device_response import Input
from pos_bridge.wire.nexo.request import MessageHeader, MessageReference
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.words import Category

_SHORTEST_S = 1.0
_NO_ANSWERS = {
    NoAnswer.CANCELLED: DeviceSituation.CUSTOMER_CANCELLED,
    NoAnswer.TOO_LATE: DeviceSituation.NOT_ANSWERED,
}


@dataclass(slots=True, repr=False)
class _Asked:
    """`header`: of the Input that asks; None where this terminal does."""

    task: "asyncio.Task[Answer]"
    header: MessageHeader | None
    withdrawn: bool = False


class Inquiries:
    """`payment`: the ServiceID of the payment that runs, if one does. `shared`: the pad is part of a reader."""

    def __init__(
        self,
        answerer: Answerer,
        pad: Pad | None,
        health: DeviceHealth,
        *,
        shared: bool,
        payment: Callable[[], str | None],
    ) -> None:
        self._answerer = answerer
        self._pad = pad
        self._health = health
        self._shared = shared
        self._payment = payment
        self._asked: _Asked | None = None

    @property
    def holder(self) -> str | None:
        """The name of the Input that keeps a payment from beginning, if one does."""
        if not self._shared or self._asked is None or self._asked.header is None:
            return None
        return _name(self._asked.header)

    def ask(self, header: MessageHeader, body: InputRequest) -> Handled:
        """An Input, judged in one go: what waits holds the question and nothing else of it."""
        data, output, language = body.input_data, body.display_output, self._answerer.terminal.language
        try:
            judged = judge(body)
        except MissingFieldError as error:
            said = failure(language, SITUATIONS[Situation.MESSAGE_FORMAT], named(str(error)))
            return self._told(header, data, output, said)
        if not isinstance(judged, Question):
            situation, field = judged
            return self._told(header, data, output, undone(language, situation, named(field) if field else ()))
        busy = self._busy()
        if busy is not None:
            return self._told(header, data, output, busy)
        return self._wait(header, judged, data, None if output is None else without_text(output))

    async def confirm(self, fr: str, en: str, limit_s: float) -> bool | None:
        """customer.Customer: a question of this terminal's own, also in the middle of a payment."""
        if self._pad is None or self._asked is not None:
            return None
        limit = min(max(limit_s, _SHORTEST_S), MAX_LIMIT_S)
        try:
            answer = await self._put(self._pad, Question((fr, en)), limit, None)
        except Exception:  # noqa: BLE001 - whoever asks goes on without an answer
            return None
        return answer.yes if isinstance(answer, Confirmed) else None

    def abort(self, meant: MessageReference) -> bool:
        """Withdraw the Input of that name. False: it is not being asked."""
        asked = self._asked
        if asked is None or asked.header is None:
            return False
        header = asked.header
        names = {(header.service_id or None, None), (None, header.device_id), (header.service_id, header.device_id)}
        if meant.sale_id != header.sale_id or (meant.service_id, meant.device_id) not in names - {(None, None)}:
            return False
        asked.withdrawn = True
        asked.task.cancel()
        return True

    async def close(self) -> None:
        """Take away what is asked; whoever asked it is told that it was withdrawn."""
        if self._asked is not None:
            self._asked.withdrawn = True
            self._asked.task.cancel()
            await asyncio.wait({self._asked.task})

    def _busy(self) -> Response | None:
        language = self._answerer.terminal.language
        if self._pad is None:
            return undone(language, DeviceSituation.NOBODY_TO_ASK)
        payment = self._payment() if self._shared else None
        if payment is not None:
            return undone(language, DeviceSituation.PAYMENT_RUNS, (("serviceId", payment),))
        if self._asked is not None:
            header = self._asked.header
            pairs: Pairs = () if header is None else (("serviceId", _name(header)),)
            return undone(language, DeviceSituation.QUESTION_RUNS, pairs)
        return None

    async def _wait(
        self, header: MessageHeader, question: Question, data: InputData, output: DisplayOutput | None
    ) -> Reply:
        busy = self._busy()  # once more: somebody may have been faster
        if busy is not None:
            return self._told(header, data, output, busy)
        assert self._pad is not None
        answer = await self._put(self._pad, question, limit_s(data), header)
        language = self._answerer.terminal.language
        match answer:
            case None:
                return self._told(header, data, output, undone(language, DeviceSituation.QUESTION_ABORTED))
            case DeviceFault():
                return self._told(header, data, output, undone(language, FAULTS[answer]))
            case NoAnswer():
                return self._told(header, data, output, undone(language, _NO_ANSWERS[answer]))
            case Confirmed(yes):
                said = Input(data.input_command, confirmed_flag=yes)
            case Chosen(number):
                places = range(1, len(question.entries) + 1)
                said = Input(data.input_command, menu_entry_number=tuple(int(place == number) for place in places))
            case _:
                assert_never(answer)
        return self._told(header, data, output, success(language), said)

    async def _put(self, pad: Pad, question: Question, limit: float, header: MessageHeader | None) -> Answer | None:
        """Its answer; None: withdrawn."""
        asked = self._asked = _Asked(asyncio.create_task(pad.ask(question, limit)), header)
        try:
            await asyncio.wait({asked.task})
        finally:
            asked.task.cancel()  # whoever asked is gone
            self._asked = None
        if asked.withdrawn or asked.task.cancelled():
            return None
        answer = asked.task.result()
        self._health.note(DeviceKind.CUSTOMER_PAD, answer if isinstance(answer, DeviceFault) else None)
        return answer

    def _told(
        self,
        header: MessageHeader,
        data: InputData,
        output: DisplayOutput | None,
        response: Response,
        said: Input | None = None,
    ) -> Reply:
        return self._answerer.reply(header, Category.INPUT, input_response(data, output, response, said))


def _name(header: MessageHeader) -> str:
    return header.service_id or header.device_id or ""
