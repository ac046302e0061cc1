"""All that goes over the wire between till, engine and processor, written into files: a capture of a store's loopback.

Packets where this user may listen to an interface, as root may even in a plain container. Elsewhere two relays stand
in between, one before the engine and one before the processor: the same bytes, and nothing that goes anywhere else.
"""

import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hw_sim.running import RunningStore
from hw_sim.store import tether
from tests.surfaces.book import until

_LOCALHOST = "127.0.0.1"
_END_LIMIT_S = 20.0
_LONGEST = 1 << 16


@dataclass(frozen=True, slots=True)
class Tap:
    """A capture that runs. `facts`: store.json as till and engine must see it for their words to be heard."""

    folder: Path
    facts: dict[str, Any]

    def send(self, content: bytes) -> None:
        """Bytes to the processor, which will not like them; never to the engine, in whose memory they would lie."""
        with socket.create_connection((_LOCALHOST, _processor_port(self.facts))) as line, suppress(OSError):
            line.sendall(content)
            line.shutdown(socket.SHUT_WR)
            while line.recv(_LONGEST):
                continue

    def has_all(self) -> None:
        """Wait until everything that was sent before is in the files."""
        word = secrets.token_bytes(32)
        self.send(word)
        until(lambda: any(word in file.read_bytes() for file in self.folder.iterdir()))

    def clear(self) -> None:
        """Forget what was heard on connections that have ended."""
        for file in self.folder.iterdir():
            file.unlink()


@contextmanager
def tapped(store: RunningStore, folder: Path) -> Iterator[Tap]:
    """Listens while the block runs. The engine may be restarted by this, before the block begins."""
    folder.mkdir()
    opened = _packets if may_listen() else _relays
    with opened(store, folder) as facts:
        yield Tap(folder, facts)


def may_listen() -> bool:
    """Whether this user may see the packets of an interface."""
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    except PermissionError:
        return False
    return True


def _nexo_port(facts: dict[str, Any]) -> int:
    return int(facts["nexo_url"].rsplit(":", 1)[1].split("/")[0])


def _processor_port(facts: dict[str, Any]) -> int:
    return int(facts["processor"].rsplit(":", 1)[1])


# ---- packets ----


@contextmanager
def _packets(store: RunningStore, folder: Path) -> Iterator[dict[str, Any]]:
    facts = store.facts
    ports = (str(_nexo_port(facts)), str(_processor_port(facts)))
    program = Path(__file__).with_name("residue_packets.py")
    command = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), sys.executable, str(program)]
    with subprocess.Popen([*command, str(folder), *ports], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tap:
        try:
            assert tap.stdout is not None
            assert tap.stdout.readline() == b"ready\n"
            yield facts
            tap.communicate(timeout=_END_LIMIT_S)
            assert tap.returncode == 0, "packets were lost"
        finally:
            tap.kill()


# ---- relays ----


@contextmanager
def _relays(store: RunningStore, folder: Path) -> Iterator[dict[str, Any]]:
    facts = store.facts
    config = Path(facts["config"])
    with _relay(_processor_port(facts), folder) as processor, _relay(_nexo_port(facts), folder) as nexo:
        text = config.read_text()
        config.write_text(text.replace(f'"{facts["processor"]}"', f'"{_LOCALHOST}:{processor}"'))
        store.do("engine", "restart")
        facts = {**store.facts, "processor": f"{_LOCALHOST}:{processor}"}
        yield {**facts, "nexo_url": f"https://{_LOCALHOST}:{nexo}/nexo"}
        store.do("engine", "kill")  # its connection to the processor ends, and the relay with it
        config.write_text(text)


@contextmanager
def _relay(port: int, folder: Path) -> Iterator[int]:
    """Listens on a port of its own, passes on to `port` and back; each direction of each connection has its file."""
    threads: list[threading.Thread] = []
    with socket.create_server((_LOCALHOST, 0)) as server:
        taking = threading.Thread(target=_take, args=(server, port, folder, threads))
        taking.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        taking.join()
    for thread in threads:
        thread.join()


def _take(server: socket.socket, port: int, folder: Path, threads: list[threading.Thread]) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        thread = threading.Thread(target=_pass_on, args=(client, port, folder))
        threads.append(thread)
        thread.start()


def _pass_on(client: socket.socket, port: int, folder: Path) -> None:
    with client, suppress(OSError), socket.create_connection((_LOCALHOST, port)) as server:
        name = f"{client.getpeername()[1]}-to-{port}"
        back = threading.Thread(target=_copy, args=(server, client, folder / f"{name}-back"))
        back.start()
        _copy(client, server, folder / name)
        back.join()


def _copy(of: socket.socket, to: socket.socket, file: Path) -> None:
    with file.open("ab", buffering=0) as record, suppress(OSError):
        while content := of.recv(_LONGEST):
            record.write(content)
            to.sendall(content)
    for line, way in ((to, socket.SHUT_WR), (of, socket.SHUT_RD)):
        with suppress(OSError):
            line.shutdown(way)
