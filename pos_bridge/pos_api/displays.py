"""Display: what a till wants its customer to read, on the customer's line display. Shown, and kept nowhere."""

from dataclasses import dataclass

from pos_bridge.domain.device import DeviceKind
from pos_bridge.pos_api.answerer import Answerer, Handled
from pos_bridge.pos_api.device_answer import named, output_result, undone
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.device_ports import Display
from pos_bridge.pos_api.device_text import holds_card, length_of, lines_of, rows
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.said_of_devices import FAULTS, TEXT_CUT, DeviceSituation
from pos_bridge.pos_api.speech import success
from pos_bridge.wire.nexo.device_request import DisplayOutput, DisplayRequest, OutputContent
from pos_bridge.wire.nexo.device_response import DisplayResponse, OutputResult
from pos_bridge.wire.nexo.device_words import Device, OutputFormat
from pos_bridge.wire.nexo.fields import several
from pos_bridge.wire.nexo.request import MessageHeader
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.words import Category

MAX_CHARACTERS = 1024
_IDLE = "Idle"  # the predefined content that takes a text away again
_FORMAT = "DisplayRequest.DisplayOutput.OutputContent.OutputFormat"
_TEXT = "DisplayRequest.DisplayOutput.OutputContent.OutputText"


@dataclass(frozen=True, slots=True, repr=False)
class _Wanted:
    """`cut`: there is more than the display has room for."""

    shown: tuple[str, ...]
    cut: bool = False


class Displays:
    def __init__(self, answerer: Answerer, display: Display | None, health: DeviceHealth) -> None:
        self._answerer = answerer
        self._display = display
        self._health = health

    def show(self, header: MessageHeader, body: DisplayRequest) -> Handled:
        """Each output in its turn; the last one stays. Of those that want no response there is none."""
        judged = [(output, self._judge(output)) for output in several(body.display_output)]
        return self._answer(header, judged)

    async def _answer(self, header: MessageHeader, judged: list[tuple[DisplayOutput, _Wanted | Response]]) -> Reply:
        results: list[OutputResult] = []
        for output, wanted in judged:
            response = await self._show(wanted) if isinstance(wanted, _Wanted) else wanted
            if output.response_required_flag is not False:
                results.append(output_result(output, response))
        if not results:
            return Reply(200, b"")
        return self._answerer.reply(header, Category.DISPLAY, DisplayResponse(tuple(results)))

    async def _show(self, wanted: _Wanted) -> Response:
        assert self._display is not None
        fault = await self._display.show(wanted.shown)
        self._health.note(DeviceKind.CUSTOMER_DISPLAY, fault)
        if fault is not None:
            return undone(self._answerer.terminal.language, FAULTS[fault])
        if wanted.cut:
            return success(self._answerer.terminal.language, (TEXT_CUT,), (("warning", "text-cut"),))
        return success(self._answerer.terminal.language)

    def _judge(self, output: DisplayOutput) -> _Wanted | Response:
        language = self._answerer.terminal.language
        if output.device is not Device.CUSTOMER_DISPLAY:
            return undone(language, DeviceSituation.CASHIERS_DEVICE)
        content = output.output_content
        lines = lines_of(content.output_text)
        too_long = length_of(lines) > MAX_CHARACTERS
        if not too_long and holds_card(lines, together=True):
            return undone(language, DeviceSituation.CARD_IN_TEXT)
        if self._display is None:
            return undone(language, DeviceSituation.NO_DEVICE)
        if _is_idle(content):
            return _Wanted(())
        if content.output_format is not OutputFormat.TEXT:
            return undone(language, DeviceSituation.TEXT_ONLY, named(_FORMAT))
        if too_long:
            return undone(language, DeviceSituation.TEXT_TOO_LONG, named(_TEXT))
        filled = [row for row in rows(lines, self._display.columns) if row.strip()]
        room = self._display.lines
        return _Wanted(tuple(filled[:room]), cut=len(filled) > room)


def _is_idle(content: OutputContent) -> bool:
    predefined = content.predefined_content
    return content.output_text is None and predefined is not None and predefined.reference_id == _IDLE
