"""Print: plain text on the receipt printer. Printed, and kept nowhere: what did not come out the till sends again."""

import asyncio
from typing import assert_never

from pos_bridge.domain.device import DeviceFault, DeviceKind
from pos_bridge.pos_api.answerer import Answerer, Handled
from pos_bridge.pos_api.device_answer import named, undone
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.device_ports import Printer
from pos_bridge.pos_api.device_text import holds_card, length_of, lines_of, rows
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.said_of_devices import FAULTS, DeviceSituation
from pos_bridge.pos_api.speech import success
from pos_bridge.wire.nexo.amounts import present
from pos_bridge.wire.nexo.device_request import PrintOutput, PrintRequest
from pos_bridge.wire.nexo.device_response import PrintResponse
from pos_bridge.wire.nexo.device_words import DocumentQualifier, OutputFormat, ResponseMode
from pos_bridge.wire.nexo.request import MessageHeader
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.words import Category

MAX_CHARACTERS = 16 * 1024
MAX_ROWS = 600  # some two metres and a half of paper
_CLOSE_S = 1.0
_TEXT = "PrintRequest.PrintOutput.OutputContent.OutputText"
_FORMAT = "PrintRequest.PrintOutput.OutputContent.OutputFormat"
_SIGNATURE = "PrintRequest.PrintOutput.OutputSignature"


class Prints:
    def __init__(self, answerer: Answerer, printer: Printer | None, health: DeviceHealth) -> None:
        self._answerer = answerer
        self._printer = printer
        self._health = health
        self._printing: set[asyncio.Task[DeviceFault | None]] = set()

    def issue(self, header: MessageHeader, body: PrintRequest) -> Handled:
        output = body.print_output
        judged = self._judge(output)
        mode, qualifier = output.response_mode, output.document_qualifier
        if isinstance(judged, Response):
            return self._told(header, qualifier, judged, mode)
        return self._answer(header, qualifier, mode, judged)

    async def close(self) -> None:
        """What is being printed has a second to end."""
        if self._printing:
            await asyncio.wait(self._printing, timeout=_CLOSE_S)
        for task in tuple(self._printing):
            task.cancel()

    async def _answer(
        self, header: MessageHeader, qualifier: DocumentQualifier, mode: ResponseMode, printed: tuple[str, ...]
    ) -> Reply:
        assert self._printer is not None
        match mode:
            case ResponseMode.PRINT_END:
                fault = await self._print(self._printer, printed)
            case ResponseMode.IMMEDIATE:
                fault = await self._printer.look()
                self._health.note(DeviceKind.PRINTER, fault)
                if fault is None:
                    self._begin(self._printer, printed)
            case ResponseMode.NOT_REQUIRED:
                fault = None
                self._begin(self._printer, printed)
            case ResponseMode.SOUND_END:
                raise AssertionError("refused before")
            case _:
                assert_never(mode)
        language = self._answerer.terminal.language
        response = success(language) if fault is None else undone(language, FAULTS[fault])
        return self._told(header, qualifier, response, mode)

    def _begin(self, printer: Printer, printed: tuple[str, ...]) -> None:
        """It ends by itself, and what becomes of it is for the log only."""
        task = asyncio.create_task(self._print(printer, printed))
        self._printing.add(task)
        task.add_done_callback(self._printing.discard)

    async def _print(self, printer: Printer, printed: tuple[str, ...]) -> DeviceFault | None:
        fault = await printer.issue(printed)
        self._health.note(DeviceKind.PRINTER, fault)
        return fault

    def _judge(self, output: PrintOutput) -> tuple[str, ...] | Response:
        """The rows to print, or why not."""
        language, content = self._answerer.terminal.language, output.output_content
        lines = lines_of(content.output_text)
        too_long = length_of(lines) > MAX_CHARACTERS
        if not too_long and holds_card(lines, together=False):
            return undone(language, DeviceSituation.CARD_IN_TEXT)
        if self._printer is None:
            return undone(language, DeviceSituation.NO_DEVICE)
        if output.response_mode is ResponseMode.SOUND_END:
            return undone(language, DeviceSituation.NO_SOUND)
        if present(output.output_signature):
            return undone(language, DeviceSituation.TEXT_ONLY, named(_SIGNATURE))
        if content.output_format is not OutputFormat.TEXT:
            return undone(language, DeviceSituation.TEXT_ONLY, named(_FORMAT))
        if too_long:
            return undone(language, DeviceSituation.TEXT_TOO_LONG, named(_TEXT))
        printed = rows(lines, self._printer.columns)
        if len(printed) > MAX_ROWS:  # of few characters, and metres of paper
            return undone(language, DeviceSituation.TEXT_TOO_LONG, named(_TEXT))
        return printed

    def _told(
        self, header: MessageHeader, qualifier: DocumentQualifier, response: Response, mode: ResponseMode
    ) -> Reply:
        if mode is ResponseMode.NOT_REQUIRED:
            return Reply(200, b"")
        return self._answerer.reply(header, Category.PRINT, PrintResponse(qualifier, response))
