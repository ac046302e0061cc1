"""The engine's look at itself, every two seconds: its own sockets, and what the firewall denied it.

It ends no connection and stops no sale: it tells. What begins and ends between two looks is the firewall's to count.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from typing import Self

from pos_bridge.config.settings import Config
from pos_bridge.domain.connection import Way, Who
from pos_bridge.log import events, faults
from pos_bridge.log.log import Log, counted
from pos_bridge.network import denied
from pos_bridge.network.allowed import destinations, dns_servers, doors, targets
from pos_bridge.network.denied import Denied
from pos_bridge.network.destination import Target
from pos_bridge.network.judge import Expected, Stranger
from pos_bridge.network.own_sockets import OwnSocket, own_sockets

LOOK_S = 2.0
_ANSWER_S = 0.5
_QUIET_S = 60.0  # what goes on and on is told once a minute: whoever knocks must not fill the log

LookUp = Callable[[str, int], Awaitable[Iterable[str]]]


async def looked_up(host: str, port: int) -> tuple[str, ...]:
    """The name's addresses, asked beside the loop. None: it is not known, or nobody answered who would know."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, OverflowError):
        return ()
    return tuple(str(address[0]) for *_, address in found)


class NetworkWatch:
    """`strangers` and `denials` for whoever asks the engine how it is."""

    def __init__(
        self,
        config: Config,
        log: Log,
        *,
        resolve: LookUp = looked_up,
        sockets: Callable[[], Iterable[OwnSocket]] = own_sockets,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._sockets = sockets
        self._resolve = resolve
        self._clock = clock
        self._names = tuple(target for target in targets(config) if target.address is None)
        literal = (target for target in targets(config) if target.address is not None)
        self._reached = {found for target in literal for found in destinations(target, (target.host,))}
        self._asking: asyncio.Task[None] | None = None
        self._dns = frozenset(dns_servers(config))
        self._doors = frozenset(doors(config))
        self._file = config.path(config.network.denied)
        self._told: set[Stranger] = set()
        self._doubted: set[Stranger] = set()
        self._blind = False
        self._last = self._read()
        self._waiting = dict.fromkeys(Who, 0)
        self._quiet_until = dict.fromkeys(Who, 0.0)

    @property
    def strangers(self) -> tuple[Stranger, ...]:
        """Sockets of the engine's that should not be, now."""
        return tuple(sorted(self._told, key=lambda each: (each.way.value, str(each.address), each.port)))

    @property
    def denials(self) -> Denied | None:
        """None: nobody reads the firewall's counters here."""
        return self._last

    def figures(self) -> Mapping[str, int] | None:
        """Sockets that should not be, now; what the firewall denied since its rules were loaded, where it is known.

        None while it cannot look: nothing seen is not the same as nothing there.
        """
        if self._blind:
            return None
        seen = {"unexpected": len(self._told)}
        return seen if self._last is None else {**seen, "denied": sum(self._last.times)}

    @classmethod
    def begin(cls, config: Config, log: Log, stack: AsyncExitStack) -> Self:
        """Looks from now on, until the stack is closed."""
        watch = cls(config, log)
        task = asyncio.create_task(watch._run())
        stack.push_async_callback(watch._end, task)
        return watch

    async def _end(self, looking: asyncio.Task[None]) -> None:
        tasks = [looking] if self._asking is None else [looking, self._asking]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._look_again()
            await asyncio.sleep(LOOK_S)

    async def _look_again(self) -> None:
        """A fault of one look ends no watch. It is told once, until a look goes well."""
        try:
            await self.look()
        except Exception as fault:  # noqa: BLE001 - whatever it is, the next look may see
            if not self._blind:
                faults.tell(fault)
            self._blind = True

    async def look(self) -> None:
        """Once. Raises nothing that a system can do to it."""
        try:
            await self._look_at_sockets()
            self._blind = False
        except OSError:  # no /proc, or no descriptor left to look with: the next look may see
            self._blind = True
        self._look_at_denials()

    async def _look_at_sockets(self) -> None:
        there = self._strange()
        unsure = {stranger for stranger in there - self._told if self._may_be_named(stranger)}
        if unsure:
            await self._look_up({stranger.port for stranger in unsure})
            there = self._strange()
        sure = {stranger for stranger in there if stranger in self._told or not self._is_doubtful(stranger)}
        for stranger in sorted(sure - self._told, key=lambda each: each.way.value):
            self._log.emit(events.ConnectionUnexpected(stranger.way, stranger.where))
        self._doubted = there - sure
        self._told = sure

    def _strange(self) -> set[Stranger]:
        expected = Expected(frozenset(self._reached), self._dns, self._doors)
        found = (expected.stranger(seen) for seen in self._sockets())
        return {stranger for stranger in found if stranger is not None}

    def _is_doubtful(self, stranger: Stranger) -> bool:
        """At first sight: a datagram socket that a name is being looked up with, or a name's newest address."""
        passing = stranger.way is Way.DATAGRAMS or self._may_be_named(stranger)
        return passing and stranger not in self._doubted

    def _may_be_named(self, stranger: Stranger) -> bool:
        return stranger.way is Way.OUTGOING and any(name.port == stranger.port for name in self._names)

    async def _look_up(self, ports: set[int]) -> None:
        """Waits a moment for the answer. One that comes later is there at the next look, or the one after."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask([name for name in self._names if name.port in ports]))
        await asyncio.wait({self._asking}, timeout=_ANSWER_S)

    async def _ask(self, names: Iterable[Target]) -> None:
        """Addresses that a name had stay known: a connection outlives the answer that it was made by."""
        for name in names:
            texts = await self._resolve(name.host, name.port)
            self._reached |= set(destinations(name, texts))

    def _look_at_denials(self) -> None:
        found = self._read()
        if found is not None:
            for who, times in denied.rises(self._last, found).items():
                self._waiting[who] += times
            self._last = found
        now = self._clock()
        for who, times in self._waiting.items():
            if times and now >= self._quiet_until[who]:
                self._log.emit(events.ConnectionsDenied(who, counted(times)))
                self._waiting[who] = 0
                self._quiet_until[who] = now + _QUIET_S

    def _read(self) -> Denied | None:
        """As it is now; as it was where it cannot be read, which `doctor` tells."""
        try:
            return denied.read(self._file)
        except (OSError, ValueError):
            return None
