"""The receipt printer on its device: one document after the other, each from initialising to the cut.

Asked about paper before a document and after it, where it answers. What does not come out in time is not sent again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from pos_bridge.devices.line import Line, LineError
from pos_bridge.domain.device import DeviceFault
from pos_bridge.wire.code_page import CodePage
from pos_bridge.wire.receipt_printer import PAPER_AFTER, PAPER_NOW, document, paper_after, paper_now

LIMIT_S = 60.0  # of one document, its turn included; a long receipt takes some ten seconds
STATUS_S = 2.0
MOST_WAITING = 8


class ReceiptPrinter:
    """A pos_api.device_ports.Printer. `answers`: it answers questions about its paper; without that nobody knows
    whether anything was printed, only that it was taken.
    """

    def __init__(
        self,
        device: Path,
        *,
        columns: int,
        page: CodePage,
        baud: int,
        cut: bool,
        answers: bool,
        limit_s: float = LIMIT_S,
        status_s: float = STATUS_S,
    ) -> None:
        self.columns = columns
        self._device = device
        self._page = page
        self._baud = baud
        self._cut = cut
        self._answers = answers
        self._limit_s = limit_s
        self._status_s = status_s
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def look(self) -> DeviceFault | None:
        """Whether it would print now. One that is printing is believed to go on."""
        if self._turn.locked():
            return None if self._waiting < MOST_WAITING else DeviceFault.TAKEN
        return await self._in_turn(self._look)

    async def issue(self, rows: Sequence[str]) -> DeviceFault | None:
        """None: printed, as far as this printer tells. Rows are `columns` wide at most."""
        if self._waiting >= MOST_WAITING:
            return DeviceFault.TAKEN
        return await self._in_turn(lambda line: self._print(line, rows))

    async def _in_turn(self, work: Callable[[Line], Awaitable[None]]) -> DeviceFault | None:
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limit_s), self._turn:
                with Line(self._device, self._baud, paused_by_device=True) as line:
                    await work(line)
        except LineError as error:
            return error.fault
        except TimeoutError:
            return DeviceFault.STALLED
        finally:
            self._waiting -= 1
        return None

    async def _look(self, line: Line) -> None:
        if self._answers:
            await self._asked(line, PAPER_NOW, paper_now, self._status_s)

    async def _print(self, line: Line, rows: Sequence[str]) -> None:
        await self._look(line)
        await line.write(document(rows, self._page, cut=self._cut))
        if self._answers:
            await self._asked(line, PAPER_AFTER, paper_after, self._limit_s)
        else:
            await line.sent()

    async def _asked(self, line: Line, question: bytes, meaning: Callable[[int], bool | None], limit_s: float) -> None:
        """Raises LineError where there is no paper, TimeoutError where there is no answer."""
        async with asyncio.timeout(limit_s):
            await line.write(question)
            while True:
                for byte in await line.read():
                    match meaning(byte):
                        case True:
                            return
                        case False:
                            raise LineError(DeviceFault.NO_PAPER)
                        case None:
                            pass
