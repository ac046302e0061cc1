"""The far end of a line as an ID TECH reader with settings answers it: scripted, and slow or deaf only as told."""

from collections.abc import Collection, Mapping

from pos_bridge.wire.idtech_setup import IS_READING, READ
from tests.drivers.line import Line

ACK, NAK, UNKNOWN = b"\x06", b"\x15", b"\x16"
LEVEL, CIPHER, KEYS, HASHES, LEADING, TRAILING, MASK, EXPIRY, READING = (
    0x7E,
    0x4C,
    0x58,
    0x5C,
    0x49,
    0x4A,
    0x4B,
    0x50,
    0x1A,
)
AS_WANTED = {
    LEVEL: 0x33,
    CIPHER: 0x31,
    KEYS: 0x31,
    HASHES: 0x30,
    LEADING: 4,
    TRAILING: 4,
    MASK: 0x2A,
    EXPIRY: 0x30,
    READING: 0x31,
}
AS_DELIVERED = AS_WANTED | {HASHES: 0x37}
ON, OFF = 0x31, 0x30


class Settings:
    """What a reader has in its memory, and what was written there."""

    def __init__(self, values: Mapping[int, int] = AS_WANTED, *, unknown: Collection[int] = ()) -> None:
        self.values = {identity: value for identity, value in values.items() if identity not in unknown}
        self.written: list[tuple[int, int]] = []

    def answer(self, command: bytes) -> bytes:
        """By the manual: 02 'R' id 03 LRC, 02 'S' id 01 value 03 LRC."""
        check = 0
        for byte in command:
            check ^= byte
        assert check == 0
        assert (command[0], command[-2]) == (2, 3)
        if command[2] not in self.values:
            return NAK
        if command[1:2] == b"R":
            reply = bytes((2, command[2], 1, self.values[command[2]], 3))
            for byte in reply:
                check ^= byte
            return ACK + reply + bytes((check,))
        assert command[1:2] == b"S"
        assert command[3] == 1
        self.values[command[2]] = command[4]
        self.written.append((command[2], command[4]))
        return ACK

    def says_reading(self, command: bytes) -> bool:
        """Whether the answer to this command says that it reads: nothing is asked after it."""
        return command in (IS_READING, READ) and self.values.get(READING) == ON


def next_command(line: Line) -> bytes:
    """The till's next one, whole."""
    command = line.hear_count(2)
    return command + line.hear_count({b"R": 3, b"S": 5}[command[1:2]])


def serve(line: Line, settings: Settings | None = None) -> Settings:
    """Answer everything until it was said that the reader reads."""
    settings = settings or Settings()
    while True:
        command = next_command(line)
        line.send(settings.answer(command))
        if settings.says_reading(command):
            return settings
