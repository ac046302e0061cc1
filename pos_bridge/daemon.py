"""The engine: what opened.py and front.py build is joined here, started and stopped in the order that money needs."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import uvloop

from pos_bridge import events, faults
from pos_bridge.checkout.identify import Identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.people import People
from pos_bridge.checkout.settle import Settler
from pos_bridge.checkout.upkeep import OldEntries, Upkeep
from pos_bridge.counter_devices import CounterDevices, around
from pos_bridge.credentials import Credentials
from pos_bridge.front import NEXO, Front, open_front
from pos_bridge.handed import Handed, receive
from pos_bridge.journal.answers import Answers
from pos_bridge.journal.journal import Journal
from pos_bridge.log import Log, counted
from pos_bridge.native_front import NativeFront, open_native
from pos_bridge.opened import (
    now,
    open_identify,
    open_journal,
    open_known,
    open_log,
    open_old_entries,
    open_people,
    open_refund_rule,
    open_rooms,
    open_vault,
)
from pos_bridge.ops.renewal import Renewal
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.dropped import Dropped
from pos_bridge.processor.channel import Credentials as ChannelCredentials
from pos_bridge.processor.client import ProcessorClient, ProcessorSettings
from pos_bridge.processor.terminal import Terminal
from pos_bridge.settings import Config
from pos_bridge.teller import Teller, open_teller
from pos_bridge.watch_front import Running, Watch

_HOUR_S = 3600.0


def run(config: Config, credentials: Credentials, notify: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, or after SIGUSR1 until no payment runs: so that an upgrade waits for its customer.

    `notify` is told `READY=1` and `STOPPING=1` (sd_notify). CannotStartError.
    """
    handed = receive(frozenset({NEXO}))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(config, credentials, notify, handed))


async def _serve(config: Config, credentials: Credentials, notify: Callable[[str], None], handed: Handed) -> None:
    asyncio.get_running_loop().set_exception_handler(faults.in_loop)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        stack.callback(handed.close)
        log = open_log(config)
        stack.callback(log.close)
        watch = Watch(config, credentials, log, stack)
        journal = open_journal(config)
        stack.callback(journal.close)
        answers = Answers.open(config.answers, now)
        stack.callback(answers.close)

        processor = _open_processor(config, credentials, journal, log, stack)
        settler = Settler(journal, processor, log)
        stack.push_async_callback(settler.close)
        unsettled = await settler.recover()

        rooms = open_rooms(config, log)
        stack.push_async_callback(rooms.close)
        vault = open_vault(config, stack)
        people = open_people(config, vault, journal, log, stack)
        upkeeps: tuple[Upkeep | OldEntries, ...] = (
            *_of_people(people, processor),
            open_old_entries(config, processor.time, stack),
        )
        identify = open_identify(config, vault, journal, log, stack)
        rule = open_refund_rule(config, stack)
        signer = Terminal(credentials.terminal_key)
        lane = Lane(Parts(journal, rooms, processor, signer, settler, log, config.till.card_prompt_s, rule), identify)
        await lane.resume()
        dropped = Dropped(log)
        stack.callback(dropped.publish)
        teller = open_teller(config, credentials.events_tls, lane, log, clock=now, stack=stack)
        counter = CounterDevices(around(config), DeviceHealth(log), teller)
        front = open_front(config, credentials, lane, answers, log, dropped=dropped, counter=counter, handed=handed)
        doors = Doors(
            front, open_native(config, credentials, open_known(config, rule, front.house, stack), people, log)
        )
        locks = await rooms.start()
        await doors.open(stack)
        stack.push_async_callback(lane.close)  # first: who waits for an answer gets it before the server goes

        leaving = Leaving(lane, doors, stop, stack)
        looks = Looks(doors, _open_renewal(config, credentials, processor, log, stack))
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, looks.look)
        await watch.open(
            Running(journal, lane, processor, front.server, locks, looks.days, looks.look, settler.hurry, leaving.begin)
        )
        stack.callback(asyncio.create_task(_by_the_hour(identify, upkeeps, dropped, looks.look, teller)).cancel)
        reaching = asyncio.create_task(processor.ready())  # a first session, so that the first customer does not wait
        stack.callback(reaching.cancel)
        log.emit(events.EngineStarted(counted(unsettled)))
        teller.started()
        notify("READY=1")
        await stop.wait()
        notify("STOPPING=1")
        log.emit(events.EngineStopping())
        teller.stopping()
        doors.stop_taking()


@dataclass(frozen=True, slots=True)
class Doors:
    """Where tills ask: nexo, and the native API where there is one."""

    front: Front
    native: NativeFront | None

    async def open(self, stack: AsyncExitStack) -> None:
        await self.front.server.start()
        stack.push_async_callback(self.front.server.stop)
        if self.native is not None:
            await self.native.start()
            stack.push_async_callback(self.native.stop)
        stack.push_async_callback(self.front.reception.close)

    def stop_taking(self) -> None:
        self.front.server.stop_taking()
        if self.native is not None:
            self.native.stop_taking()

    def days(self) -> Mapping[str, int]:
        """How many each certificate has left."""
        native = None if self.native is None else self.native.days
        return {"nexo": self.front.days, **({} if native is None else {"native": native})}

    def look(self) -> None:
        """At the certificates."""
        self.front.look()
        if self.native is not None:
            self.native.look()


@dataclass(frozen=True, slots=True)
class Looks:
    """At every certificate, by the hour and when told to: what tills are shown, and what the processor is."""

    doors: Doors
    renewal: Renewal

    def look(self) -> None:
        self.doors.look()
        self.renewal.look()

    def days(self) -> Mapping[str, int]:
        """How many each has left."""
        return {**self.doors.days(), "processor": self.renewal.days}


def _open_processor(
    config: Config, credentials: Credentials, journal: Journal, log: Log, stack: AsyncExitStack
) -> ProcessorClient:
    settings = ProcessorSettings(
        config.processor.address,
        config.processor.server_name,
        ChannelCredentials(credentials.ca, credentials.certificate, credentials.key),
        config.processor.answer_timeout_s,
    )
    processor = ProcessorClient(settings, journal, log)
    stack.push_async_callback(processor.close)
    return processor


def _open_renewal(
    config: Config, given: Credentials, processor: ProcessorClient, log: Log, stack: AsyncExitStack
) -> Renewal:
    renewal = Renewal(config, given, processor, log, now)
    stack.push_async_callback(renewal.close)
    return renewal


class Leaving:
    """Stops when no payment runs: from SIGUSR1 on, or when told to. The stack's end takes it back; the signal stays
    heard, as it would otherwise end what is stopping.
    """

    def __init__(self, lane: Lane, doors: Doors, stop: asyncio.Event, stack: AsyncExitStack) -> None:
        self._lane = lane
        self._doors = doors
        self._stop = stop
        self._waiting: asyncio.Task[None] | None = None
        self._ended = False
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self.begin)
        stack.callback(self._end)

    def begin(self) -> None:
        if self._waiting is None and not self._ended:
            self._waiting = asyncio.create_task(self._wait())

    def _end(self) -> None:
        self._ended = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def _wait(self) -> None:
        reception = self._doors.front.reception
        await self._lane.quiet()
        while reception.runs:  # a customer may be asked something before the lane hears of their payment
            await reception.quiet()
            await self._lane.quiet()
        self._doors.stop_taking()  # in the same moment: nobody begins what would then be withdrawn
        self._stop.set()


def _of_people(people: People | None, processor: ProcessorClient) -> tuple[Upkeep, ...]:
    return () if people is None else (Upkeep(people, processor.time),)


async def _by_the_hour(
    identify: Identify | None,
    upkeeps: tuple[Upkeep | OldEntries, ...],
    dropped: Dropped,
    look: Callable[[], None],
    teller: Teller,
) -> None:
    """Beginning with the start, so that no sale sets the time of what is told."""
    while True:
        look()
        if identify is not None:
            await identify.settle()
        for upkeep in upkeeps:
            await upkeep.settle()
        await asyncio.sleep(_HOUR_S)
        dropped.publish()
        teller.publish()
