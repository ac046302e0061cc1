"""The smallest chip card that a payment can be made with: a script for VirtualCard. No authentication of its data.

Its cryptograms are made up: what this is for is the way between terminal, reader and engine. At any step of it it can
be pulled or fall silent. Cards that compute are hw_sim.chip's.
"""

from collections.abc import Callable

VISA = "4921817844445119"
AID = bytes.fromhex("A0000000031010")
ARQC, TC, AAC = 0x80, 0x40, 0x00
CRYPTOGRAM = bytes.fromhex("A1B2C3D4E5F60718")
_CDOL = bytes.fromhex("9F02069F03069F1A0295055F2A029A039C019F3704")
_CDOL_2 = bytes.fromhex("8A02") + _CDOL
_OK, _NOT_FOUND = b"\x90\x00", b"\x6a\x82"


def tlv(tag: str, value: bytes) -> bytes:
    length = bytes((len(value),)) if len(value) < 128 else bytes((0x81, len(value)))
    return bytes.fromhex(tag) + length + value


RECORD = tlv(
    "70",
    b"".join(
        (
            tlv("57", bytes.fromhex(VISA + "D29122011234567890" + "0F")),
            tlv("5A", bytes.fromhex(VISA)),
            tlv("5F24", bytes.fromhex("291231")),
            tlv("5F28", bytes.fromhex("0124")),
            tlv("5F34", b"\x01"),
            tlv("8C", _CDOL),
            tlv("8D", _CDOL_2),
            tlv("8E", bytes(8) + bytes.fromhex("1E00")),  # signature
            tlv("9F07", bytes.fromhex("FF00")),
            tlv("9F0D", bytes(5)),
            tlv("9F0E", bytes(5)),
            tlv("9F0F", bytes.fromhex("FFFFFFFFFF")),
        )
    ),
)


class EmvCard:
    """`first` and `second`: what it answers to each GENERATE AC. `pulled_at`: the command at which it is pulled."""

    def __init__(self, first: int = ARQC, second: int = TC, pulled_at: int | None = None) -> None:
        self._words = [first, second]
        self._pulled_at = pulled_at
        self.heard: list[bytes] = []

    def __call__(self, command: bytes) -> bytes | None:
        self.heard.append(command)
        if len(self.heard) - 1 == self._pulled_at:
            return None
        return self._answer(command)

    def _answer(self, command: bytes) -> bytes:
        match command[:2]:
            case b"\x00\xa4" if AID in command:
                return tlv("6F", tlv("84", AID) + tlv("A5", tlv("50", b"VISA CREDIT") + tlv("87", b"\x01"))) + _OK
            case b"\x00\xa4":
                return _NOT_FOUND
            case b"\x80\xa8":
                return tlv("80", bytes.fromhex("1800 08010100")) + _OK
            case b"\x00\xb2":
                return RECORD + _OK
            case b"\x80\xae":
                issuer_data = bytes.fromhex("06011203A0B000")
                return tlv("80", bytes((self._words.pop(0), 0, 7)) + CRYPTOGRAM + issuer_data) + _OK
            case _:
                return b"\x6d\x00"


def by_t0(answer: Callable[[bytes], bytes | None]) -> Callable[[bytes], bytes | None]:
    """The same card under T=0: whoever brings data is told how much there is to fetch, a wrong length is corrected."""
    waiting = b""

    def respond(command: bytes) -> bytes | None:
        nonlocal waiting
        if command[1] == 0xC0:
            if command[4] != len(waiting) % 256:
                return bytes((0x6C, len(waiting)))
            return waiting + _OK
        response = answer(command)
        if response is None or len(response) == 2:
            return response
        waiting = response[:-2]
        return bytes((0x61 if len(command) > 5 else 0x6C, len(waiting)))

    def by_length(command: bytes) -> bytes | None:
        if len(command) == 5 and command[1] != 0xC0 and command[4] == len(waiting) % 256 and waiting:
            return waiting + _OK
        return respond(command)

    return by_length
