"""A card in a slot of the virtual reader: the card's side of vpcd's protocol, over TCP in pcscd's own network.

Two bytes of length, then a command of the reader (one byte: off, on, reset, ATR; only the last is answered) or one for
the card. Says nothing of what goes through it. A card that is pulled closes the connection.
"""

import select
import socket
import time
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from hw_sim.chip.card import MuteError, PulledError

_LENGTH = 2
_HOST = "127.0.0.1"
_WAITING_TIME_MS = 1000  # of a card; readers wait between 1 and some 10 seconds


class Control(IntEnum):
    OFF = 0
    ON = 1
    RESET = 2
    ATR = 4


_CONTROLS = frozenset(Control)


class Inserted(Protocol):
    """What lies in a slot."""

    slow_s: float

    @property
    def atr(self) -> bytes: ...

    def reset(self) -> None: ...

    def respond(self, command: bytes) -> bytes: ...


def lie_in(port: int, card: Inserted, seen: Callable[[], object]) -> None:
    """Serve the reader until it ends or the card is pulled. `seen` is called when the reader first looks at the card.

    Raises OSError where there is no such slot.
    """
    with socket.create_connection((_HOST, port)) as reader:
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        told = False
        while (message := _message(reader)) is not None:
            try:
                answer = _answered(card, message)
            except PulledError:
                return
            except MuteError as mute:
                answer = _silence(reader, mute)
            if answer is not None:
                reader.sendall(len(answer).to_bytes(_LENGTH, "big") + answer)
            if not told and message == bytes((Control.ATR,)):
                told = True
                seen()


def _answered(card: Inserted, message: bytes) -> bytes | None:
    if len(message) > 1:
        time.sleep(card.slow_s)
        return card.respond(message)
    if message[0] == Control.ATR:
        return card.atr
    if message[0] in _CONTROLS:
        card.reset()
    return None


def _silence(reader: socket.socket, mute: MuteError) -> bytes:
    """What a reader tells of a card that gives no answer, after a time: less than a status word.

    vpcd has no word for it, and takes an empty answer for none yet. Of a hanging card it tells nothing for ever.
    """
    poll = select.poll()
    poll.register(reader, select.POLLRDHUP)
    poll.poll(None if mute.for_ever else _WAITING_TIME_MS)
    return b"\0"


def _message(reader: socket.socket) -> bytes | None:
    """The next whole message; None when the reader has ended."""
    length = _exactly(reader, _LENGTH)
    return None if length is None else _exactly(reader, int.from_bytes(length, "big"))


def _exactly(reader: socket.socket, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        # Without this each command waits 40 ms for an acknowledgement; the kernel forgets it after each answer.
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            piece = reader.recv(size - len(data))
        except ConnectionResetError:
            return None
        if not piece:
            return None
        data += piece
    return data
