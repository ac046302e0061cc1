"""What a till's ports see all day: tills that connect again and again, and a program that wants the port."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count

_PATIENCE_S = 1.0
_PAUSE_S = 0.1


class Knocks:
    """What they came to, by port."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.connected = dict.fromkeys(ports, 0)
        self.refused = dict.fromkeys(ports, 0)
        self.taken = dict.fromkeys(ports, 0)

    def one(self, port: int) -> None:
        """A till that says nothing, and hangs up when nobody answers."""
        try:
            with socket.create_connection(("127.0.0.1", port), _PATIENCE_S) as line:
                self.connected[port] += 1
                with suppress(OSError):
                    line.recv(1)
        except ConnectionRefusedError:
            self.refused[port] += 1
        except OSError:  # its time is over, or the line was reset
            pass

    def take(self, port: int) -> None:
        """Another program, which listens as soon as it is let."""
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            self.taken[port] += 1


@contextmanager
def knocking(*ports: int) -> Iterator[Knocks]:
    """At each of these ports of this network all the while, and somebody who tries to take it."""
    knocks, over = Knocks(ports), threading.Event()

    def again(what: Callable[[int], None], port: int) -> None:
        while not over.wait(_PAUSE_S):
            what(port)

    threads = [
        threading.Thread(target=again, args=(what, port)) for what in (knocks.one, knocks.take) for port in ports
    ]
    for thread in threads:
        thread.start()
    try:
        yield knocks
    finally:
        over.set()
        for thread in threads:
            thread.join()


def seconds(limit_s: float) -> Iterator[int]:
    """One by one, until that many are over."""
    began = time.monotonic()
    for number in count():
        yield number
        left = limit_s - (time.monotonic() - began)
        if left <= 0:
            return
        time.sleep(min(1.0, left))
