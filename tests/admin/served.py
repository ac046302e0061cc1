"""The engine's own socket served to a test: by whom it is asked, what its calls do, and what it told the log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from hw_sim.unix_path import short_address
from pos_bridge.admin.approval import Approval
from pos_bridge.admin.calls import MAY, Call, table
from pos_bridge.admin.client import ask
from pos_bridge.admin.server import MODE, AdminServer
from pos_bridge.admin.who import Who
from pos_bridge.listening.unix_socket import Place
from pos_bridge.log.log import Event


class Told:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


class Fixed:
    """Roles without a list of groups."""

    def __init__(self, *roles: Who) -> None:
        self.is_now = frozenset(roles)
        self.asked: list[int] = []

    async def roles(self, uid: int) -> frozenset[Who]:
        self.asked.append(uid)
        return self.is_now


class Desk:
    """What calls do here. `held` lets `health` wait until it is set."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.given: list[Approval] = []
        self.held: asyncio.Event | None = None

    def calls(self) -> Mapping[str, Call]:
        return table(**{name: self._call(name) for name in MAY})

    def _call(self, name: str) -> Callable[..., Awaitable[dict[str, object]]]:
        async def call(*given: Approval) -> dict[str, object]:
            self.done.append(name)
            self.given.extend(given)
            if self.held is not None and name == "health":
                await self.held.wait()
            if name == "settle":
                raise OSError("what a disk says")
            return {"name": name}

        return call


class Served:
    def __init__(self, path: Path, roles: Fixed, *, ask_s: float) -> None:
        self.path, self.roles, self.log, self.desk = path, roles, Told(), Desk()
        self.server = AdminServer(Place(path, MODE), self.desk.calls(), roles, self.log, ask_s=ask_s)

    async def ask(self, call: str, **fields: int | str) -> dict[str, object]:
        return await asyncio.to_thread(lambda: ask(self.path, call, timeout_s=10, only=None, **fields))

    async def raw(self, data: bytes, *, end: bool = False) -> bytes:
        """What comes back until the connection ends."""
        with short_address(self.path.parent, self.path.name) as address:
            reader, writer = await asyncio.open_unix_connection(address)
        try:
            writer.write(data)
            if end:
                writer.write_eof()
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


@asynccontextmanager
async def served(folder: Path, *roles: Who, ask_s: float = 5.0) -> AsyncIterator[Served]:
    found = Served(folder / "admin.sock", Fixed(*roles), ask_s=ask_s)
    await found.server.start()
    try:
        yield found
    finally:
        await found.server.stop()
