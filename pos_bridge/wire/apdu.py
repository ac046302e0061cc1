"""Commands to a chip card and its responses (ISO/IEC 7816-4), short form. Bytes and values; sends nothing."""

from dataclasses import dataclass

_BYTE = 0xFF
MAX_DATA, MAX_RESPONSE = 255, 256


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """`expected`: how many bytes the card may answer, 1 to 256 (256 goes as 00), or None for none (case 1 and 3)."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    expected: int | None = MAX_RESPONSE

    def __post_init__(self) -> None:
        if not all(0 <= byte <= _BYTE for byte in (self.cla, self.ins, self.p1, self.p2)):
            raise ValueError("the header of a command is four bytes")
        if len(self.data) > MAX_DATA or not (self.expected is None or 0 < self.expected <= MAX_RESPONSE):
            raise ValueError("a short command has at most 255 bytes of data and expects 1 to 256")

    def encode(self) -> bytes:
        header = bytes((self.cla, self.ins, self.p1, self.p2))
        body = bytes((len(self.data),)) + self.data if self.data else b""
        return header + body + (b"" if self.expected is None else bytes((self.expected & _BYTE,)))


@dataclass(frozen=True, slots=True, repr=False)
class Response:
    """`status`: SW1 SW2 as a number, 0x9000 for success."""

    data: bytes
    status: int

    @property
    def ok(self) -> bool:
        return self.status == 0x9000  # noqa: PLR2004 - ISO/IEC 7816-4, 5.6


def decode_response(raw: bytes) -> Response | None:
    """None for less than a status word: that is how a reader tells of a card that was pulled."""
    if len(raw) < 2 or len(raw) > MAX_RESPONSE + 2:  # noqa: PLR2004 - the status word
        return None
    return Response(raw[:-2], int.from_bytes(raw[-2:], "big"))
