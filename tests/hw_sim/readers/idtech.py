"""A till's side of an ID TECH reader for tests: takes its frames apart, makes its commands, with nothing of hw_sim."""

import hashlib
from dataclasses import dataclass, field
from functools import reduce
from operator import xor

from tests.hw_sim.readers.port import Port, until

ACK, NAK, UNKNOWN = b"\x06", b"\x15", b"\x16"
READING = 0x1A


def lrc(data: bytes) -> bytes:
    return bytes((reduce(xor, data, 0),))


def review(setting: int) -> bytes:
    said = bytes((2, ord("R"), setting, 3))
    return said + lrc(said)


def write(setting: int, value: bytes) -> bytes:
    said = bytes((2, ord("S"), setting, len(value))) + value + b"\x03"
    return said + lrc(said)


def told(setting: int, value: bytes) -> bytes:
    said = bytes((2, setting, len(value))) + value + b"\x03"
    return ACK + said + lrc(said)


ENABLE, DISABLE = write(READING, b"1"), write(READING, b"0")


@dataclass
class Frame:
    """What a frame says, field by field; a track that is absent is empty everywhere."""

    card_type: int
    status: int
    lengths: tuple[int, int, int]
    shown: dict[int, bytes] = field(default_factory=dict)
    ciphers: dict[int, bytes] = field(default_factory=dict)
    hashes: list[bytes] = field(default_factory=list)
    ksn: bytes = b""
    chip: bool = False

    @property
    def joined(self) -> bytes:
        """The ciphertext of tracks 1 and 2 together."""
        return self.ciphers.get(1, b"") + self.ciphers.get(2, b"")


class Cursor:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, length: int) -> bytes:
        assert len(self.data) >= length
        taken, self.data = self.data[:length], self.data[length:]
        return taken


def checks_hold(raw: bytes) -> bool:
    data = raw[3:-3]
    return raw[-3:-1] == lrc(data) + bytes((sum(data) & 0xFF,))


def blocks(length: int) -> int:
    return -(-length // 8) * 8


def parse(raw: bytes, hashes: int = 7) -> Frame:
    """`hashes`: the setting, which the original format does not repeat in the frame. Fails on anything wrong."""
    assert (raw[0], raw[-1]) == (2, 3)
    assert int.from_bytes(raw[1:3], "little") == len(raw) - 6
    assert checks_hold(raw)
    data = Cursor(raw[3:-3])
    kind, status, *lengths = data.take(5)
    frame = Frame(kind, status, (lengths[0], lengths[1], lengths[2]))
    present = [track for track in (1, 2, 3) if lengths[track - 1]]
    if kind == 0x03:
        frame.shown = {track: data.take(lengths[track - 1]) for track in present}
    elif kind == 0x00:
        frame.shown = {track: data.take(lengths[track - 1]) for track in present}
        frame.ciphers = {1: data.take(blocks(lengths[0] + lengths[1]))}
        frame.hashes = [data.take(20) for track in present if track != 3 and hashes >> (track - 1) & 1]
        frame.ksn = data.take(10)
    else:
        assert kind in {0x80, 0x83}
        clear, sealed = data.take(2)
        assert clear & 0xD8 == 0
        frame.chip = bool(clear & 0x20)
        frame.shown = {track: data.take(lengths[track - 1]) for track in (1, 2, 3) if clear >> (track - 1) & 1}
        for track in (1, 2, 3):
            if sealed >> (track - 1) & 1:
                frame.ciphers[track] = data.take(blocks(lengths[track - 1]))
        frame.hashes = [data.take(20) for bit in (3, 4, 5) if sealed >> bit & 1]
        assert not sealed >> 6 & 1
        frame.ksn = data.take(10) if sealed >> 7 & 1 else b""
    assert data.data == b""
    return frame


def sha1(track: bytes) -> bytes:
    return hashlib.sha1(track, usedforsecurity=False).digest()


class Till:
    """Speaks to the reader at the other end of a port."""

    def __init__(self, port: Port) -> None:
        self.port = port

    def say(self, command: bytes) -> None:
        self.port.write(command)

    async def ask(self, command: bytes, answer: bytes = ACK) -> None:
        """Say it and read just that answer."""
        self.say(command)
        assert await self.port.read(len(answer)) == answer

    async def read_frame(self) -> bytes:
        await until(lambda: len(self.port.look()) >= 3)
        return await self.port.read(int.from_bytes(self.port.seen[1:3], "little") + 6)
