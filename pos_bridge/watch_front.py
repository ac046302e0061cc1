"""What looks at the running engine, built: the administration socket, with what can be asked at it."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from pos_bridge import events
from pos_bridge.admin.calls import Do, table
from pos_bridge.admin.overview import Hour, Sources, health, overview
from pos_bridge.admin.server import MODE, AdminServer
from pos_bridge.admin.who import Doorkeeper
from pos_bridge.checkout.lane import Lane
from pos_bridge.journal.journal import Journal
from pos_bridge.log import Event, Log
from pos_bridge.opened import now
from pos_bridge.settings import Admin, Config
from pos_bridge.start_fault import CannotStartError, StartFault
from pos_bridge.till_api.unix_socket import Place, TakenError
from pos_bridge.wire.locks import Lock


@dataclass(frozen=True, slots=True)
class Running:
    """What of the engine is looked at, and what it can be told to do. `locks`: of each reader's room at the start."""

    journal: Journal
    lane: Lane
    locks: Mapping[str, Lock | None]
    certificates: Callable[[], Mapping[str, int]]
    look: Callable[[], None]
    settle: Callable[[], None]
    stop: Callable[[], None]


class Watch:
    """Listens to the log from the start on; serves from `open` on, until the stack is left."""

    def __init__(self, config: Config, log: Log, stack: AsyncExitStack) -> None:
        self._config = config
        self._log = log
        self._stack = stack
        self._session_opened: Hour | None = None
        log.listen(self._hear)

    async def open(self, running: Running) -> None:
        """Raises CannotStartError."""
        if self._config.admin is None:
            return
        sources = Sources(
            journal=self._config.journal,
            clock=now,
            started=now().date(),
            health=running.lane.health,
            unsettled=running.journal.unsettled,
            certificates=running.certificates,
            session_opened=lambda: self._session_opened,
            locks=running.locks,
        )
        doorkeeper = Doorkeeper(self._config.admin)
        self._stack.callback(doorkeeper.close)
        calls = table(
            overview=partial(overview, sources),
            health=partial(health, sources),
            look=_told(running.look),
            settle=_told(running.settle),
            stop=_told(running.stop),
        )
        server = AdminServer(_place(self._config, self._config.admin), calls, doorkeeper, self._log)
        self._stack.push_async_callback(server.stop)
        try:
            await server.start()
        except OSError as error:
            raise _unusable(self._config, self._config.admin, error) from None

    def _hear(self, event: Event) -> None:
        if isinstance(event, events.SessionOpened):
            self._session_opened = Hour.of(now())


def _told(do: Callable[[], None]) -> Do:
    async def call() -> dict[str, object]:
        do()
        return {}

    return call


def _place(config: Config, admin: Admin) -> Place:
    try:
        return Place(config.path(admin.socket), MODE)
    except TakenError:
        path = config.path(admin.socket)
        raise CannotStartError(StartFault.SOCKET_TAKEN, setting="admin.socket", path=path) from None
    except OSError as error:
        raise _unusable(config, admin, error) from None


def _unusable(config: Config, admin: Admin, error: OSError) -> CannotStartError:
    path, reason = config.path(admin.socket), error.strerror
    return CannotStartError(StartFault.SOCKET_UNUSABLE, setting="admin.socket", path=path, reason=reason)
