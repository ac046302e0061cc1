"""A recorded card: the answers that somebody else's card once gave, command by command, from a file.

`> command` and `< response` in hex, one line each, in their order; `?` for a digit of a command that may be any, as in
an unpredictable number; `atr HEX` if it matters; `#` begins a remark. Knows nothing of what the bytes mean.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hw_sim.chip.exchange import Protocol

UNEXPECTED = bytes.fromhex("6F00")
_MOST_PAIRS = 1000
_LONGEST_HEX = 2 * (5 + 255 + 1)
_HEADER = 8  # hex digits of CLA, INS, P1 and P2: all that is told of a command
_HEX, _WILD = re.compile("(?:[0-9A-F]{2})+"), re.compile("[0-9A-F?]{8,}")


class RecordingError(Exception):
    """The file is no recording. The message is for whoever inserted it."""


@dataclass(frozen=True, slots=True, repr=False)
class Recording:
    """`pairs`: a command in upper case hex with `?`, and its response."""

    atr: bytes
    pairs: tuple[tuple[str, bytes], ...]


def read_recording(text: str, protocol: Protocol = Protocol.T1) -> Recording:
    """Raises RecordingError with the line that is wrong. `protocol`: whose answer to reset, where the file has none."""
    atr, pairs, command = protocol.atr, [], None
    for number, line in enumerate(text.splitlines(), 1):
        kind, _, rest = line.partition("#")[0].strip().partition(" ")
        digits = "".join(rest.split()).upper()
        if len(digits) > _LONGEST_HEX:
            raise RecordingError(f"line {number}: too long")
        if kind == ">" and command is None and _WILD.fullmatch(digits) and len(digits) % 2 == 0:
            command = digits
        elif kind == "<" and command is not None and _HEX.fullmatch(digits) and len(digits) >= len("9000"):
            pairs.append((command, bytes.fromhex(digits)))
            command = None
        elif kind == "atr" and _HEX.fullmatch(digits):
            atr = bytes.fromhex(digits)
        elif kind:
            raise RecordingError(f"line {number}: `> command`, then `< response`, in hex digits")
    if command is not None or not pairs or len(pairs) > _MOST_PAIRS:
        raise RecordingError(f"a recording has 1 to {_MOST_PAIRS} commands, each with its response")
    return Recording(atr, tuple(pairs))


class RecordedCard:
    """Begins anew with each reset. `tell` gets a sentence about each command that it did not expect."""

    slow_s = 0.0

    def __init__(self, recording: Recording, tell: Callable[[str], None]) -> None:
        self._recording = recording
        self._tell = tell
        self._next = 0

    @property
    def atr(self) -> bytes:
        return self._recording.atr

    def reset(self) -> None:
        self._next = 0

    def respond(self, command: bytes) -> bytes:
        asked = command.hex().upper()
        pairs = self._recording.pairs
        if self._next < len(pairs):
            expected, response = pairs[self._next]
            if _fits(expected, asked):
                self._next += 1
                return response
            wanted = f"{expected[:_HEADER]} with {len(expected) // 2} bytes"
        else:
            wanted = "nothing more"
        self._tell(
            f"command {self._next + 1} was {asked[:_HEADER]} with {len(command)} bytes; the recording has {wanted}."
            " Write ? for the digits that may be any."
        )
        return UNEXPECTED


def _fits(expected: str, asked: str) -> bool:
    return len(expected) == len(asked) and all(e in {"?", a} for e, a in zip(expected, asked, strict=True))


def recording_in(file: Path) -> Recording:
    """Raises RecordingError, OSError."""
    try:
        return read_recording(file.read_text(encoding="ascii"))
    except ValueError:
        raise RecordingError("a recording is plain text") from None
