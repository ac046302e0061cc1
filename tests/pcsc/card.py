"""A virtual card for vpcd: an answer to reset, and an answer to each command. Runs in a thread of the test."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from tests.pcsc.daemon import READER

T0_ATR = bytes.fromhex("3B6000009000")[:4]
T1_ATR = bytes.fromhex("3B80010081")[:3] + b"\x81"
_ATR = b"\x04"


class Daemon(Protocol):
    """A pcscd, as a card sees it: daemon.Pcscd, or a simulated store's."""

    @property
    def runs(self) -> bool: ...
    def seen(self, reader: str) -> tuple[str, int]: ...
    def slot(self, reader: str) -> socket.socket: ...
    def wait_for_change(self, count: int, reader: str) -> None: ...


class VirtualCard:
    """In the reader from the beginning of a `with` block to its end, or until `pull`.

    `answer` is given each command and gives the card's bytes, or None: then the card is pulled in mid-exchange.
    """

    def __init__(
        self, pcscd: Daemon, answer: Callable[[bytes], bytes | None], atr: bytes = T1_ATR, reader: str = READER
    ) -> None:
        self._pcscd = pcscd
        self._reader = reader
        _, self._before = pcscd.seen(reader)
        self._slot = pcscd.slot(reader)
        self._answer = answer
        self._atr = atr
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        self._pcscd.wait_for_change(self._before + 1, self._reader)  # it came, and may be out again
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.pull()

    def pull(self) -> None:
        """Returns once the daemon has noticed, where there still is one."""
        if self._slot.fileno() >= 0:
            self._out()
            self._thread.join()
            self._slot.close()
            if self._pcscd.runs:
                self._pcscd.wait_for_change(self._before + 2, self._reader)

    def _out(self) -> None:
        with contextlib.suppress(OSError):  # pcscd has ended, or it was pulled before
            self._slot.shutdown(socket.SHUT_WR)

    def _serve(self) -> None:
        try:
            while (message := self._take()) is not None:
                if message == _ATR:
                    self._give(self._atr)
                elif len(message) > 1:
                    self.heard.append(message)
                    answer = self._answer(message)
                    if answer is None:
                        self._out()
                    else:
                        self._give(answer)
        except OSError:
            return

    def _take(self) -> bytes | None:
        self._slot.settimeout(None)
        head = self._all(2)
        return None if head is None else self._all(*struct.unpack(">H", head))

    def _all(self, count: int) -> bytes | None:
        taken = b""
        while len(taken) < count:
            self._slot.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            piece = self._slot.recv(count - len(taken))
            if not piece:
                return None
            taken += piece
        return taken

    def _give(self, raw: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # it is out: what is asked of it is not answered
            self._slot.sendall(struct.pack(">H", len(raw)) + raw)
