"""A till's folder for the page: configuration, keys, real operators, and an administration socket that answers."""

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hw_sim.store import port, tether
from hw_sim.world import enrol
from pos_bridge.admin.calls import MAY, table
from pos_bridge.admin.server import MODE, AdminServer
from pos_bridge.admin.who import Who
from pos_bridge.domain.audit import Role
from pos_bridge.domain.operator import Operator
from pos_bridge.listening.unix_socket import Place
from pos_bridge.log.log import Event
from pos_bridge.operators import file, since
from pos_bridge.operators.schema import Door
from pos_bridge.operators.store import Operators
from tests.config.documents import DOCUMENT
from tests.surfaces.engine import PROGRAM
from tests.surfaces.handed import handing_over

IT, CASHIER, HASTY = 12, 34, 56
PASSWORD = "tuque verte quatre-vingts"
OVERVIEW: dict[str, Any] = {
    "version": "0.1.0",
    "started_on": "2026-11-20",
    "now": {"day": "2026-11-23", "hour": 15},
    "readers": [
        {"name": "counter", "there": True, "locks": ["not_dumpable", "no_core", "no_file_writes", "syscall_filter"]},
        {"name": "chip", "there": False, "locks": None},
    ],
    "processor": {"reachable": True, "session_opened": {"day": "2026-11-23", "hour": 7}},
    "journal": {"writable": True},
    "certificates": [{"what": "nexo", "days": 211}, {"what": "processor", "days": -2}],
    "unresolved": {
        "count": 1,
        "legs": [
            {
                "key": "7a6f2c84-8d1b-4d0e-9a51-3f1f0f6f2b10",
                "kind": "sale",
                "tender": "card",
                "state": "unresolved",
                "hours": 26,
            }
        ],
    },
    "sales": [
        {"day": "2026-11-23", "hour": 14, "tender": "card", "kind": "sale", "cents": 4599, "outcome": "captured"},
        {"day": "2026-11-23", "hour": 14, "tender": "cash", "kind": "sale", "cents": 1205, "outcome": "cash_taken"},
        {"day": "2026-11-23", "hour": 13, "tender": "card", "kind": "refund", "cents": 123450, "outcome": "refunded"},
        {"day": "2026-11-23", "hour": 13, "tender": "card", "kind": "sale", "cents": 905, "outcome": "declined"},
    ],
    "connections": {"unexpected": 0, "denied": 3},
}


class Till:
    """`folder` is made ready; nothing runs yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        enrol(folder / "world", folder, "P400-123456789")
        (folder / "state").mkdir(mode=0o700)
        (folder / "admin").mkdir(mode=0o755)
        (folder / "api.key").write_text("a key of sixteen or more".replace(" ", "-"))
        (folder / "api.key").chmod(0o600)
        self.port = port.choose(folder / "page-port")
        nexo = port.choose(folder / "nexo-port")
        nowhere = port.choose(folder / "nowhere-port")
        self.config = folder / "pos-bridge.toml"
        document = DOCUMENT.replace("8443", str(nexo)).replace("50051", str(nowhere))
        self.config.write_text(f'{document}[admin]\nsocket = "admin/admin.sock"\n[page]\nport = {self.port}\n')
        self.operators = Operators(folder / "state" / "operators" / "operators.db")
        self.operators.add(Operator(IT, "Ines", frozenset({Role.IT})), PASSWORD)
        self.operators.add(Operator(CASHIER, "Carl", frozenset({Role.CASHIER})), PASSWORD)
        self._make_wait(HASTY)

    def _make_wait(self, number: int) -> None:
        """As after many failed tries: a quarter of an hour."""
        moment = since.now()
        with file.transaction(self.operators.path) as connection:
            connection.execute(
                "INSERT INTO tries VALUES (?, ?, 11, ?, ?)", (number, Door.PAGE.value, moment.boot, moment.at_ms)
            )

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def spki(self) -> str:
        leaf = x509.load_pem_x509_certificate((self.folder / "nexo.pem").read_bytes())
        key = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(hashlib.sha256(key).digest()).decode()

    @contextlib.contextmanager
    def page(self, **handed: socket.socket) -> Iterator[None]:
        """`pos-bridge page`, ready; `handed`: as systemd hands it its listening sockets, by name."""
        program = handing_over(**handed) if handed else PROGRAM
        words = [*program, "page", "--config", str(self.config)]
        command = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *words]
        passed = [each.fileno() for each in handed.values()]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pass_fds=passed) as process:
            assert process.stdout is not None
            try:
                assert str(self.port) in process.stdout.readline()
                yield
            finally:
                process.terminate()
            assert process.wait(20) == 0

    def engine(self) -> "Engine":
        return Engine(self.folder / "admin" / "admin.sock")


class Engine:
    """An engine's administration socket, served by the engine's own server on a thread; `overview` is what it tells."""

    def __init__(self, path: Path) -> None:
        self.overview = json.loads(json.dumps(OVERVIEW))
        self._path = path
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()
            self._loop.close()

    async def _serve(self) -> None:
        async def tell() -> dict[str, object]:
            told: dict[str, object] = self.overview
            return told

        server = AdminServer(Place(self._path, MODE), table(**dict.fromkeys(MAY, tell)), _Roles(), _Nobody())
        await server.start()
        self._ready.set()
        await self._end.wait()
        await server.stop()


class _Roles:
    async def roles(self, uid: int) -> frozenset[Who]:
        return frozenset({Who.IT})


class _Nobody:
    def emit(self, event: Event) -> None:
        pass
