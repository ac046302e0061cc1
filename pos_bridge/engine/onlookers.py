"""What looks at the running engine, built: the administration socket, and the pages for a monitor."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from pos_bridge.admin.approval import approve
from pos_bridge.admin.calls import Do, table
from pos_bridge.admin.event_counts import EventCounts
from pos_bridge.admin.metrics import CONTENT_TYPE
from pos_bridge.admin.monitor import Monitor
from pos_bridge.admin.overview import Session, Sources, health, overview
from pos_bridge.admin.server import MODE, AdminServer
from pos_bridge.admin.vitals import Vitals
from pos_bridge.admin.who import Doorkeeper
from pos_bridge.checkout.lane import Lane
from pos_bridge.clock import now
from pos_bridge.config.credentials import Credentials
from pos_bridge.config.settings import Config
from pos_bridge.config.upkeep import Admin
from pos_bridge.engine.opened import open_counter
from pos_bridge.journal.journal import Journal
from pos_bridge.listening.places import place_at
from pos_bridge.log import events
from pos_bridge.log.log import Event, Log
from pos_bridge.network.watch import NetworkWatch
from pos_bridge.pos_api.https import NexoServer
from pos_bridge.pos_api.watch_pages import Page, WatchPages
from pos_bridge.processor.client import ProcessorClient
from pos_bridge.start_fault import CannotStartError, StartFault
from pos_bridge.wire.locks import Lock


@dataclass(frozen=True, slots=True)
class Running:
    """What of the engine is looked at, and what it can be told to do. `locks`: of each reader's room at the start."""

    journal: Journal
    lane: Lane
    processor: ProcessorClient
    server: NexoServer
    locks: Mapping[str, Lock | None]
    certificates: Callable[[], Mapping[str, int]]
    look: Callable[[], None]
    settle: Callable[[], None]
    stop: Callable[[], None]


class Onlookers:
    """Listens to the log from the start on; serves from `open` on, until the stack is left.

    Without [admin] and [metrics] nobody is served.
    """

    def __init__(self, config: Config, credentials: Credentials, log: Log, stack: AsyncExitStack) -> None:
        self._config = config
        self._token = credentials.metrics_token
        self._log = log
        self._stack = stack
        self._session = Session(now)
        self._counts = EventCounts(now)
        log.listen(self._counts.hear)
        log.listen(self._hear)

    async def open(self, running: Running, network: NetworkWatch) -> None:
        """Raises CannotStartError."""
        if self._token is None and self._config.admin is None:
            return
        vitals = Vitals(running.lane.health, running.processor.ready)
        sources = self._sources(running, vitals, network)
        if self._token is not None:
            running.server.let_watch(self._pages(self._token, sources))
        if self._config.admin is not None:
            await self._serve(self._config.admin, running, sources)
        looking = asyncio.create_task(vitals.run())
        self._stack.callback(looking.cancel)

    def _sources(self, running: Running, vitals: Vitals, network: NetworkWatch) -> Sources:
        return Sources(
            journal=self._config.journal,
            clock=now,
            started=now().date(),
            health=vitals.health,
            unsettled=running.journal.unsettled,
            certificates=running.certificates,
            session_opened=self._session.opened,
            locks=running.locks,
            connections=network.figures,
        )

    def _pages(self, token: str, sources: Sources) -> WatchPages:
        monitor = Monitor(sources, self._counts, self._config.state)

        async def metrics() -> Page:
            return Page(200, await monitor.metrics(), CONTENT_TYPE)

        async def healthz() -> Page:
            well, body = await monitor.healthz()
            return Page(200 if well else 503, body, b"application/json")

        return WatchPages(token, {"/metrics": metrics, "/healthz": healthz})

    async def _serve(self, admin: Admin, running: Running, sources: Sources) -> None:
        doorkeeper = Doorkeeper(admin)
        self._stack.callback(doorkeeper.close)
        calls = table(
            overview=partial(overview, sources),
            health=partial(health, sources),
            look=_told(running.look),
            settle=_told(running.settle),
            stop=_told(running.stop),
            approve_refund=partial(approve, open_counter(self._config, self._stack)),
        )
        setting, path = "admin.socket", self._config.path(admin.socket)
        server = AdminServer(place_at(setting, path, MODE), calls, doorkeeper, self._log)
        self._stack.push_async_callback(server.stop)
        try:
            await server.start()
        except OSError as error:
            reason = error.strerror
            raise CannotStartError(StartFault.SOCKET_UNUSABLE, setting=setting, path=path, reason=reason) from None

    def _hear(self, event: Event) -> None:
        if isinstance(event, events.SessionOpened):
            self._session.opened_now()


def _told(do: Callable[[], None]) -> Do:
    async def call() -> dict[str, object]:
        do()
        return {}

    return call
