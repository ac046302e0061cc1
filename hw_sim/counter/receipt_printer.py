"""A receipt printer on a serial line: what it prints goes to a file, which is its paper; a cut is a dashed line.

It knows ESC @, ESC t, ESC d, GS V 66, GS r 1 and DLE EOT 4; any other control byte is printed as <hex>, as a fault that
is to be seen. Out of paper it says so, and prints nothing.
"""

import asyncio
import contextlib
from pathlib import Path

from hw_sim.counter.line_display import PAGES
from hw_sim.readers.line import Line, LineCutError

CUT = "- - - - - - - - - - - - - - - - - - - - -"
_ESC, _GS, _DLE, _LF, _SPACE = 0x1B, 0x1D, 0x10, 0x0A, 0x20
_LENGTHS = {
    (_ESC, ord("@")): 2,
    (_ESC, ord("t")): 3,
    (_ESC, ord("d")): 3,
    (_GS, ord("V")): 4,
    (_GS, ord("r")): 3,
    (_DLE, 0x04): 3,
}
_NOW, _NOW_OUT = b"\x12", b"\x72"
_AFTER, _AFTER_OUT = b"\x00", b"\x0c"
_MOST_OF_A_ROW = 1024


class Mechanism:
    """Feed what came down the line; take rows that were printed, and what is to be answered. Sans-I/O, bounded."""

    def __init__(self) -> None:
        self.has_paper = True
        self._held = bytearray()
        self._page = "cp437"
        self._row = ""

    def feed(self, data: bytes) -> tuple[list[str], bytes]:
        rows: list[str] = []
        answers = b""
        for byte in data:
            self._held.append(byte)
            if self._held[0] not in {_ESC, _GS, _DLE}:
                rows += self._one(byte)
                self._held.clear()
            elif len(self._held) > 1:
                length = _LENGTHS.get((self._held[0], self._held[1]))
                if length is None:
                    self._row += f"<{self._held[0]:02X}>"
                    self._held.clear()
                elif len(self._held) == length:
                    more, answer = self._obey(bytes(self._held))
                    rows += more
                    answers += answer
                    self._held.clear()
        return (rows if self.has_paper else []), answers

    def _one(self, byte: int) -> list[str]:
        if byte == _LF or len(self._row) >= _MOST_OF_A_ROW:
            row, self._row = self._row, ""
            return [row]
        self._row += f"<{byte:02X}>" if byte < _SPACE else bytes((byte,)).decode(self._page)
        return []

    def _obey(self, command: bytes) -> tuple[list[str], bytes]:
        match list(command):
            case [0x1B, 0x40]:
                self._page, self._row = "cp437", ""
            case [0x1B, 0x74, page]:
                self._page = PAGES.get(page, "cp437")
            case [0x1B, 0x64, rows]:
                return [""] * rows, b""
            case [0x1D, 0x56, 66, _]:
                return [CUT], b""
            case [0x1D, 0x72, 1]:
                return [], _AFTER if self.has_paper else _AFTER_OUT
            case [0x10, 0x04, 4]:
                return [], _NOW if self.has_paper else _NOW_OUT
            case _:
                pass
        return [], b""


class ReceiptPrinter:
    """Plugged in when made. `paper` is the file that it prints on, appended to."""

    def __init__(self, device: Path, paper: Path) -> None:
        self.device = device
        self.paper = paper
        self._mechanism = Mechanism()
        self._line = self._plugged()
        self._wire = asyncio.Lock()
        self._saying: set[asyncio.Task[None]] = set()

    def out(self) -> None:
        """No paper from here on."""
        self._mechanism.has_paper = False

    def refill(self) -> None:
        self._mechanism.has_paper = True

    def plug(self) -> None:
        if self._line.is_cut:
            self._line = self._plugged()

    def unplug(self) -> None:
        self._line.cut()
        for saying in self._saying:
            saying.cancel()

    def _plugged(self) -> Line:
        self.paper.touch(0o600)
        return Line(self.device, self._hear, lambda: None)

    def _hear(self, data: bytes) -> None:
        rows, answers = self._mechanism.feed(data)
        if rows:
            with self.paper.open("a", encoding="utf-8") as paper:
                paper.writelines(f"{row}\n" for row in rows)
        if answers:
            task = asyncio.create_task(self._say(answers))
            self._saying.add(task)
            task.add_done_callback(self._saying.discard)

    async def _say(self, answers: bytes) -> None:
        async with self._wire:
            with contextlib.suppress(LineCutError):
                await self._line.send(answers)
