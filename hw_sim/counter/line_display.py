"""A pole display of 2 lines of 20 characters on a serial line. What it shows is in memory only, and can be asked.

It knows ESC @, ESC t, US C, US $ and FF; any other control byte is shown as <hex>, as a fault that is to be seen.
"""

from pathlib import Path

from hw_sim.readers.line import Line

COLUMNS, LINES = 20, 2
PAGES = {0: "cp437", 2: "cp850", 19: "cp858"}
_ESC, _US, _CLEAR = 0x1B, 0x1F, 0x0C
_SPACE = 0x20
_LENGTHS = {(_ESC, ord("@")): 2, (_ESC, ord("t")): 3, (_US, ord("C")): 3, (_US, ord("$")): 4}


class Screen:
    """Feed what came down the line. Sans-I/O, bounded."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._page = "cp437"
        self._clear()

    @property
    def shown(self) -> list[str]:
        """Its lines, without the blanks at their ends."""
        return ["".join(row).rstrip() for row in self._cells]

    def feed(self, data: bytes) -> None:
        for byte in data:
            self._held.append(byte)
            if self._held[0] not in {_ESC, _US}:
                self._one(byte)
                self._held.clear()
            elif len(self._held) > 1:
                length = _LENGTHS.get((self._held[0], self._held[1]))
                if length is None:
                    self._put(f"<{self._held[0]:02X}>")
                    self._held.clear()
                elif len(self._held) == length:
                    self._obey(bytes(self._held))
                    self._held.clear()

    def _one(self, byte: int) -> None:
        if byte == _CLEAR:
            self._clear()
        elif byte < _SPACE:
            self._put(f"<{byte:02X}>")
        else:
            self._put(bytes((byte,)).decode(self._page))

    def _obey(self, command: bytes) -> None:
        match list(command):
            case [_, 0x40]:
                self._page = "cp437"
                self._clear()
            case [_, 0x74, page]:
                self._page = PAGES.get(page, "cp437")
            case [_, 0x24, column, row] if 1 <= column <= COLUMNS and 1 <= row <= LINES:
                self._at = (row - 1, column - 1)
            case _:
                pass

    def _clear(self) -> None:
        self._at = (0, 0)
        self._cells = [[" "] * COLUMNS for _ in range(LINES)]

    def _put(self, text: str) -> None:
        row, column = self._at
        for character in text:
            if column < COLUMNS:
                self._cells[row][column] = character
                column += 1
        self._at = (row, column)


class LineDisplay:
    """Plugged in when made."""

    def __init__(self, device: Path) -> None:
        self.device = device
        self._screen = Screen()
        self._line = self._plugged()

    @property
    def shown(self) -> list[str]:
        return self._screen.shown

    def plug(self) -> None:
        if self._line.is_cut:
            self._screen = Screen()
            self._line = self._plugged()

    def unplug(self) -> None:
        self._line.cut()

    def _plugged(self) -> Line:
        return Line(self.device, self._screen.feed, lambda: None)
