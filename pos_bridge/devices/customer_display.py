"""The customer's line display on its device: opened for each text, which it shows until the next one."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from pos_bridge.devices.line import Line, LineError
from pos_bridge.domain.device import DeviceFault
from pos_bridge.wire.code_page import CodePage
from pos_bridge.wire.line_display import COLUMNS, LINES, show

LIMIT_S = 2.0


class CustomerDisplay:
    """A pos_api.device_ports.Display."""

    columns, lines = COLUMNS, LINES

    def __init__(self, device: Path, page: CodePage, baud: int, limit_s: float = LIMIT_S) -> None:
        self._device = device
        self._page = page
        self._baud = baud
        self._limit_s = limit_s
        self._turn = asyncio.Lock()

    async def show(self, lines: Sequence[str]) -> DeviceFault | None:
        """Returns when it has it, or after 2 seconds without. The texts stay no longer than that here."""
        try:
            async with asyncio.timeout(self._limit_s), self._turn:
                with Line(self._device, self._baud) as line:
                    await line.write(show(lines, self._page))
                    await line.sent()
        except LineError as error:
            return error.fault
        except TimeoutError:
            return DeviceFault.STALLED
        return None
