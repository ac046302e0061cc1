"""A room that misbehaves, in the place of the real one. Behaviour comes from the file beside it, one word a start.

Reads the link like a room and answers as its word says; each word is used once, and `good` ones end the list.
"""

import ctypes
import fcntl
import os
import signal
import struct
import sys
import time
from pathlib import Path

READY, ARMED, SHOW = b"\x81\x00\x00\x00\x7f", b"\x82", b"\x83\x01"
FOREVER_S = 3600


def failed(reason: int) -> bytes:
    return bytes((0x85, reason))


def sealed(key_id: bytes) -> bytes:
    return struct.pack(">BBHB8s1648s", 0x84, 1, 5119, 1, key_id, bytes(1648))


# What a room does after Ready and an ask; an int is a signal to itself, None is to hang.
AFTER_ASK: dict[str, list[bytes | int | None]] = {
    "dies": [signal.SIGKILL],
    "dies-armed": [ARMED, signal.SIGKILL],
    "exits": [],
    "hangs": [None],
    "hangs-armed": [ARMED, None],
    "nonsense": [b"\xff\xff"],
    "empty": [b""],
    "oversized": [ARMED + bytes(20_000)],
    "card-in-a-report": [b"\x82" + b"4921817844445119"],
    "armed-twice": [ARMED, ARMED],
    "sealed-unarmed": [sealed(b"key-0001")],
    "other-key": [ARMED, sealed(b"key-0002")],
    "three-shows": [ARMED, SHOW, SHOW, SHOW],
    "show-unarmed": [SHOW],
    "ready-again": [ARMED, READY],
    "reader-state": [ARMED, b"\x86\x01"],
    "says-lost": [ARMED, failed(9)],
    "flood": [ARMED, *[SHOW] * 100, None],
    "sealed-then-nonsense": [ARMED, sealed(b"key-0001"), b"\xff", None],
    "sealed-then-hangs": [ARMED, sealed(b"key-0001"), None],
    "sealed-then-dies": [ARMED, sealed(b"key-0001"), signal.SIGKILL],
    "stalled": [failed(6)],
    "no-card": [ARMED, failed(1)],
    "absent": [failed(5)],
    "busy": [failed(7)],
    "left": [failed(17)],
    "key-refused": [failed(8)],
    "chip": [ARMED, failed(3)],
    "shows": [ARMED, SHOW, SHOW, sealed(b"key-0001")],
    "shows-and-hangs": [ARMED, SHOW, None],
    "present": [b"\x86\x01"],
}
# What a room says instead of Ready.
BEFORE_ASK: dict[str, list[bytes | int | None]] = {
    "dies-at-once": [signal.SIGKILL],
    "fault-at-once": [failed(10)],
    "unlocked": [b"\x81\x00\x00\x00\x3f", None],
    "not-ready": [ARMED, None],
    "speaks-unasked": [READY, ARMED, None],
    "dies-idle": [READY, signal.SIGKILL],
}


def act(steps: list[bytes | int | None]) -> None:
    for step in steps:
        match step:
            case None:
                time.sleep(FOREVER_S)
            case bytes():
                os.write(3, step)
            case int():
                os.kill(os.getpid(), step)


def next_word(words: Path) -> str:
    """One room at a time: those of several readers start together."""
    with words.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        first, *rest = file.read().split()
        if rest:
            file.seek(0)
            file.write(" ".join(rest))
            file.truncate()
    return first


def main() -> None:
    ctypes.CDLL(None).prctl(1, ctypes.c_ulong(signal.SIGKILL))
    first = next_word(Path(sys.argv[0]).with_suffix(".words"))
    if first in BEFORE_ASK:
        act(BEFORE_ASK[first])
        return
    os.write(3, READY)
    if len(os.read(3, 8192)) > 1:
        act(AFTER_ASK[first])


main()
