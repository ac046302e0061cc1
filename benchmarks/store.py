"""One till for the benchmark: a real engine, enrolled as every simulated till is, against the peer for a processor."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.program import saying_first_line, saying_ready
from benchmarks.till import Till
from hw_sim.store.config import POIID, ReaderEntry, equip, write_config
from hw_sim.store.engine import engine_command
from hw_sim.store.layout import Layout
from hw_sim.world import processor_folder

_PEER = Path(__file__).with_name("peer.py")
_ANSWER_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Peer:
    """The processor's stand-in. `arrival` is when the next Authorise came, in seconds of CLOCK_MONOTONIC."""

    process: "subprocess.Popen[bytes]"
    address: str

    def arrival(self) -> float:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline()) / 1e9


@dataclass(frozen=True, slots=True)
class Store:
    """A till's disk with a reader and a processor to talk to; the engine is started by `engine`."""

    layout: Layout
    port: int

    @contextmanager
    def engine(self) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
        """The engine, ready, and how many seconds that took."""
        with saying_ready(engine_command(self.layout), self.layout.engine) as ready:
            yield ready

    def till(self) -> Till:
        return Till(*self.door)

    @property
    def door(self) -> tuple[int, Path, str, str]:
        """Port, authority, API key and POIID."""
        return self.port, self.layout.ca, self.layout.api_key.read_text().strip(), POIID


@contextmanager
def peer(layout: Layout, capture_delay_s: float = 0.0) -> Iterator[Peer]:
    folder = os.fspath(processor_folder(layout.world))
    with saying_first_line(os.fspath(_PEER), folder, str(capture_delay_s)) as (process, port, _):
        yield Peer(process, f"127.0.0.1:{int(port)}")


def new_store(folder: Path) -> Layout:
    """Enrolment and secrets; `configured` makes it a store."""
    folder.mkdir(parents=True)
    layout = Layout(folder)
    equip(layout)
    return layout


def configured(layout: Layout, processor: str, device: str) -> Store:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    readers = [ReaderEntry("msr_plain", "msr_plain", device)]
    write_config(layout, port, processor, readers, _ANSWER_TIMEOUT_S)
    return Store(layout, port)
