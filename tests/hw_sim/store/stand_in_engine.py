"""What the store needs of an engine, for tests of the store alone: listens, says that it is ready, ends on SIGTERM.

Words in a file `temper` beside its configuration make it behave badly.
"""

import os
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path


def main() -> None:
    config = Path(sys.argv[1])
    temper = config.with_name("temper")
    words = temper.read_text().split() if temper.exists() else []
    if "broken" in words:
        sys.exit(f"{config}: till.number: a number is wanted")
    settings = tomllib.loads(config.read_text())
    stopped = socket.socketpair()
    signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in words else lambda *_: stopped[0].send(b"."))
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", settings["nexo"]["port"]))
        except OSError:
            sys.exit("nexo.port: another program listens there")
        server.listen()
        if "room" in words:  # a grandchild that does not notice the engine's end
            subprocess.Popen([sys.executable, "-I", "-S", "-c", "import signal; signal.pause()"])
        journal = config.parent / settings["till"]["state_dir"] / "journal"
        journal.mkdir(exist_ok=True)
        for month in ("2026-10", "2026-11"):
            (journal / f"{month}.db").touch()
        if "mute" not in words:
            say("STATUS=nearly", "READY=1\nSTATUS=ready")
        stopped[1].recv(1)


def say(*messages: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth:
        mouth.connect("\0" + os.environ["NOTIFY_SOCKET"].removeprefix("@"))
        for message in messages:
            mouth.send(message.encode())


if __name__ == "__main__":
    main()
