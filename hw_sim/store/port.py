"""Which port the engine serves nexo on: the one it had, else a free one that nobody is likely to take meanwhile."""

import random
import socket
from pathlib import Path

from hw_sim.disk import PUBLIC, write_atomically

_HOST = "127.0.0.1"
# Below Linux's ephemeral ports: no outgoing connection of anybody takes it while the engine is down.
_CANDIDATES = range(20_000, 32_000)


class NoPortError(Exception):
    """No free port was found."""


def choose(kept: Path) -> int:
    """The port kept in that file if it is free, else another, kept from then on. Raises NoPortError."""
    if kept.exists() and is_free(port := int(kept.read_bytes())):
        return port
    for port in random.sample(_CANDIDATES, len(_CANDIDATES)):
        if is_free(port):
            write_atomically(kept, b"%d\n" % port, PUBLIC)
            return port
    raise NoPortError("no free port for the engine")


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed connections in TIME_WAIT do not matter
        try:
            probe.bind((_HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True
