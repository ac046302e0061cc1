"""Questions to the customer, one at a time: a till's Input, and this terminal's own (customer.Customer).

A pad that belongs to a reader is not asked while a payment runs, and no payment begins while another request's
question is on it. What was asked and answered is told to whoever asked, and nobody else.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
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
from pos_bridge.pos_api.device_ports import Around, Pad
from pos_bridge.pos_api.pad_turn import Asked, PadTurn
from pos_bridge.pos_api.question import MissingFieldError, judge, limit_s
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.said import SITUATIONS, Situation
from pos_bridge.pos_api.said_of_devices import FAULTS, DeviceSituation
from pos_bridge.pos_api.speech import Pairs, failure, success
from pos_bridge.wire.nexo.device_request import DisplayOutput, InputData, InputRequest
from pos_bridge.wire.nexo.device_response import Input
from pos_bridge.wire.nexo.request import AbortReference, MessageHeader
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.words import Category

_SHORTEST_S = 1.0
_NO_ANSWERS = {
    NoAnswer.CANCELLED: DeviceSituation.CUSTOMER_CANCELLED,
    NoAnswer.TOO_LATE: DeviceSituation.NOT_ANSWERED,
}


class Inquiries:
    """Of one credential: `poi` is its TillKeyMaker.poi, and `turn` what any of them asks.

    `payment`: the ServiceID of the payment that runs, if one does.
    """

    def __init__(
        self,
        answerer: Answerer,
        around: Around,
        health: DeviceHealth,
        turn: PadTurn,
        poi: bytes,
        *,
        payment: Callable[[], str | None],
    ) -> None:
        self._answerer = answerer
        self._pad = around.pad
        self._shared = around.pad_shared
        self._health = health
        self._turn = turn
        self._poi = poi
        self._payment = payment

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

    async def confirm(self, fr: str, en: str, limit_s: float, service_id: str) -> bool | None:
        """customer.Customer: a question of this terminal's own, also in the middle of a payment."""
        if self._pad is None or self._turn.asked is not None:
            return None
        limit = min(max(limit_s, _SHORTEST_S), MAX_LIMIT_S)
        try:
            answer = await self._put(self._pad, Question((fr, en)), limit, service_id)
        except Exception:  # noqa: BLE001 - whoever asks goes on without an answer
            return None
        return answer.yes if isinstance(answer, Confirmed) else None

    def announced(self, service_id: str) -> AbstractContextManager[None]:
        """While that request, which is no payment, asks the customer: no payment begins on the pad's reader."""
        return self._turn.announced(service_id) if self._shared else nullcontext()

    def abort(self, meant: AbortReference) -> bool:
        """Withdraw this till's Input of that name. False: it is not being asked."""
        asked = self._turn.asked
        if asked is None or asked.header is None or asked.poi != self._poi:
            return False
        header = asked.header
        wanted = (meant.service_id or "", meant.device_id)
        names = {(header.service_id, None), ("", header.device_id), (header.service_id, header.device_id)}
        if meant.sale_id != header.sale_id or wanted not in names - {("", None)}:
            return False
        asked.withdrawn = True
        asked.task.cancel()
        return True

    async def close(self) -> None:
        """Take away what is asked; whoever asked it is told that it was withdrawn."""
        asked = self._turn.asked
        if asked is not None:
            asked.withdrawn = True
            asked.task.cancel()
            await asyncio.wait({asked.task})

    def _busy(self) -> Response | None:
        language = self._answerer.terminal.language
        if self._pad is None:
            return undone(language, DeviceSituation.NOBODY_TO_ASK)
        payment = self._payment() if self._shared else None
        if payment is not None:
            return undone(language, DeviceSituation.PAYMENT_RUNS, (("serviceId", payment),))
        if self._turn.asked is not None:
            name = self._turn.asked.name
            pairs: Pairs = () if name is None else (("serviceId", name),)
            return undone(language, DeviceSituation.QUESTION_RUNS, pairs)
        return None

    async def _wait(
        self, header: MessageHeader, question: Question, data: InputData, output: DisplayOutput | None
    ) -> Reply:
        busy = self._busy()  # once more: somebody may have been faster
        if busy is not None:
            return self._told(header, data, output, busy)
        assert self._pad is not None
        answer = await self._put(self._pad, question, limit_s(data), header.service_id or header.device_id, header)
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

    async def _put(
        self, pad: Pad, question: Question, limit: float, name: str | None, header: MessageHeader | None = None
    ) -> Answer | None:
        """Its answer; None: withdrawn."""
        asking = asyncio.create_task(pad.ask(question, limit))
        asked = self._turn.asked = Asked(asking, header, self._poi, name, holds=self._shared)
        try:
            await asyncio.wait({asked.task})
        finally:
            asked.task.cancel()  # whoever asked is gone
            self._turn.asked = None
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
