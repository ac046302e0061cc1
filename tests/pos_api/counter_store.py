"""The world of the tills' side with a counter: display, printer and pad on real lines, in the loop of the server."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hw_sim.counter.counter import Counter
from pos_bridge.devices.customer_display import CustomerDisplay
from pos_bridge.devices.customer_pad import CustomerPad
from pos_bridge.devices.receipt_printer import ReceiptPrinter
from pos_bridge.pos_api.device_ports import Around
from pos_bridge.wire.code_page import CodePage
from pos_bridge.wire.nexo.secured import MessageKey
from tests.pos_api.world import Certificate, Store
from tests.wire.nexo.shapes import request

Json = dict[str, Any]
WAIT_S = 30.0


class CounterStore(Store):
    """`shared`: the pad is part of a reader."""

    counter: Counter

    def __init__(
        self, files: Certificate, folder: Path, *, shared: bool = False, keys: Sequence[MessageKey] = ()
    ) -> None:
        super().__init__(files, keys=keys)
        self._folder = folder
        self._shared = shared

    @property
    def paper(self) -> list[str]:
        return self.counter.printer.paper.read_text().splitlines()

    def answer(self, word: str) -> tuple[str, ...]:
        """What the customer is asked, answered."""
        asked = self.run(self.counter.pad.answer(word, WAIT_S))
        assert asked is not None
        return (*asked.lines, *asked.entries)

    def asked(self) -> None:
        """Until something is asked."""
        self.wait_for(lambda: self.counter.pad.asked is not None)

    async def _start(self) -> None:
        devices = self._folder / "dev"
        devices.mkdir()
        self.counter = counter = Counter(devices, self._folder / "paper")
        self.around = Around(
            CustomerDisplay(counter.display.device, CodePage.CP858, 9600, limit_s=WAIT_S),
            ReceiptPrinter(
                counter.printer.device,
                columns=42,
                page=CodePage.CP858,
                baud=9600,
                cut=True,
                answers=True,
                status_s=WAIT_S,
            ),
            CustomerPad(counter.pad.device, 9600, WAIT_S),
            pad_shared=self._shared,
        )
        await super()._start()

    async def _stop(self) -> None:
        await super()._stop()
        self.counter.close()
        await asyncio.sleep(0)  # what they were saying is cut off now


def content(*lines: str, **more: Any) -> Json:
    return {"OutputFormat": "Text", "OutputText": [{"Text": line} for line in lines], **more}


def output(*lines: str, device: str = "CustomerDisplay", **more: Any) -> Json:
    return {"Device": device, "InfoQualify": "Display", "OutputContent": content(*lines), **more}


def display(*outputs: Json, **header: Any) -> Json:
    return request("Display", {"DisplayOutput": list(outputs)}, **header)


def data(command: str, **more: Any) -> Json:
    return {"Device": "CustomerInput", "InfoQualify": "Input", "InputCommand": command, **more}


def confirmation(*lines: str, service_id: str = "Q1", header: Json | None = None, **more: Any) -> Json:
    body = {"DisplayOutput": output(*lines), "InputData": data("GetConfirmation", **more)}
    return request("Input", body, service_id=service_id, **(header or {}))


def entry(text: str, **more: Any) -> Json:
    return {"OutputFormat": "Text", "MenuEntryTag": "Selectable", "OutputText": [{"Text": text}], **more}


def menu(*entries: Json, service_id: str = "Q1", **more: Any) -> Json:
    shown = output("Choisissez", MenuEntry=list(entries))
    return request("Input", {"DisplayOutput": shown, "InputData": data("GetMenuEntry", **more)}, service_id=service_id)


def document(*lines: str, mode: str = "PrintEnd", qualifier: str = "Document", **more: Any) -> Json:
    printed = {"DocumentQualifier": qualifier, "ResponseMode": mode, "OutputContent": content(*lines), **more}
    return request("Print", {"PrintOutput": printed})
