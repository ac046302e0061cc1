"""Engines that begin with their modules loaded: python -P engines.py SOCKET STORE, SOCKET being a descriptor.

Nine tenths of an engine's start are the loading of its modules, which is the same each time. This program loads them
once, as `pos-bridge run` does and under its allocator, and becomes an engine for each request: forked twice, so that
the store STORE, a subreaper, has the engine for its own child, as it would have one that it started itself. What the
modules do when they are loaded is the only thing that an engine does not do for itself here.
"""

import ctypes
import gc
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from pos_bridge import memory
from tests.power import start

_PR_SET_PDEATHSIG = 1
_REQUEST = 65_536


def load() -> None:
    gc.disable()
    import pos_bridge.cli.main
    import pos_bridge.cli.run
    import pos_bridge.credentials
    import pos_bridge.daemon
    import pos_bridge.terminal_data  # noqa: F401 - loaded, and used by whoever it becomes

    gc.freeze()
    gc.enable()


def serve(requests: socket.socket, store: int) -> None:
    while True:
        raw, descriptors, _, _ = socket.recv_fds(requests, _REQUEST, 1)
        if not raw:
            return  # the store has ended
        between = os.fork()
        if not between:
            engine = os.fork()
            if not engine:
                requests.close()
                sys.exit(become(json.loads(raw), descriptors[0], store))
            requests.send(str(engine).encode())
            os._exit(0)
        os.waitpid(between, 0)
        os.close(descriptors[0])


def become(request: dict[str, str], output: int, store: int) -> int:
    """The engine, to its end."""
    while os.getppid() != store:
        time.sleep(0.001)  # whoever is between has not ended yet
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != store:
        return 1
    os.setsid()
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(output, descriptor)
    os.close(output)
    os.chdir(request["folder"])
    os.environ["NOTIFY_SOCKET"] = request["notify"]
    if request["recorder"]:
        start.announced_to(request["recorder"])
    sys.argv = ["pos-bridge", "run", "--config", request["config"]]
    from pos_bridge.__main__ import main

    return main()


if __name__ == "__main__":
    memory.begin_again()
    load()
    with socket.socket(fileno=int(sys.argv[1])) as line:
        serve(line, int(sys.argv[2]))
