"""The engine: what opened.py and front.py build is joined here, started and stopped in the order that money needs."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import uvloop

from pos_bridge import events, faults
from pos_bridge.cardlink.watch import MachineWatch
from pos_bridge.checkout.identify import Identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.settle import Settler
from pos_bridge.checkout.upkeep import Upkeep
from pos_bridge.counter_devices import CounterDevices, around
from pos_bridge.credentials import Credentials
from pos_bridge.front import Front, open_front
from pos_bridge.journal.answers import Answers
from pos_bridge.log import Log, counted
from pos_bridge.native_front import NativeFront, open_native
from pos_bridge.network.watch import Watch
from pos_bridge.opened import (
    now,
    open_identify,
    open_journal,
    open_log,
    open_people,
    open_rooms,
    open_vault,
    open_watch,
)
from pos_bridge.ops.renewal import Renewal
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.dropped import Dropped
from pos_bridge.processor.channel import Credentials as ChannelCredentials
from pos_bridge.processor.client import ProcessorClient, ProcessorSettings
from pos_bridge.processor.terminal import Terminal
from pos_bridge.settings import Config
from pos_bridge.teller import Teller, open_teller

_HOUR_S = 3600.0


def run(config: Config, credentials: Credentials, notify: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, or after SIGUSR1 until no payment runs: so that an upgrade waits for its customer.

    `notify` is told `READY=1` and `STOPPING=1` (sd_notify). CannotStartError.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(config, credentials, notify))


async def _serve(config: Config, credentials: Credentials, notify: Callable[[str], None]) -> None:
    asyncio.get_running_loop().set_exception_handler(faults.in_loop)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        log = open_log(config)
        stack.callback(log.close)
        journal = open_journal(config)
        stack.callback(journal.close)
        answers = Answers.open(config.answers, now)
        stack.callback(answers.close)

        settings = ProcessorSettings(
            config.processor.address,
            config.processor.server_name,
            ChannelCredentials(credentials.ca, credentials.certificate, credentials.key),
            config.processor.answer_timeout_s,
        )
        processor = ProcessorClient(settings, journal, log)
        stack.push_async_callback(processor.close)
        settler = Settler(journal, processor, log)
        stack.push_async_callback(settler.close)
        unsettled = await settler.recover()

        watch = open_watch(config, log)
        rooms = open_rooms(config, log, watch)
        stack.push_async_callback(rooms.close)
        vault = open_vault(config, stack)
        people = open_people(config, vault, journal, log, stack)
        upkeep = None if people is None else Upkeep(people, processor.time)
        identify = open_identify(config, vault, journal, log, stack)
        terminal = Terminal(credentials.terminal_key)
        lane = Lane(Parts(journal, rooms, processor, terminal, settler, log, config.till.card_prompt_s), identify)
        await lane.resume()
        dropped = Dropped(log)
        stack.callback(dropped.publish)
        teller = open_teller(config, credentials.events_tls, lane, log, clock=now, stack=stack)
        counter = CounterDevices(around(config), DeviceHealth(log), teller)
        front = open_front(config, credentials, lane, answers, log, dropped=dropped, counter=counter)
        doors = Doors(front, open_native(config, credentials, front.house, people, log))
        await rooms.start()
        await doors.open(stack)
        stack.push_async_callback(lane.close)  # first: who waits for an answer gets it before the server goes

        stack.callback(_stop_when_quiet(lane, doors, stop))
        looks = Looks(doors, _open_renewal(config, credentials, processor, log, stack), watch)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, looks.look)
        by_the_hour = asyncio.create_task(_by_the_hour(identify, upkeep, dropped, looks.look, teller))
        stack.callback(by_the_hour.cancel)
        Watch.begin(config, log, stack)
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

    def look(self) -> None:
        """At the certificates."""
        self.front.look()
        if self.native is not None:
            self.native.look()


@dataclass(frozen=True, slots=True)
class Looks:
    """By the hour and when told to: at every certificate that tills and processor are shown, and at the machine."""

    doors: Doors
    renewal: Renewal
    machine: MachineWatch

    def look(self) -> None:
        """First at the start, once rooms are there: the secret page of one keeps the kernel from hibernating."""
        self.machine.is_fit()
        self.doors.look()
        self.renewal.look()


def _open_renewal(
    config: Config, given: Credentials, processor: ProcessorClient, log: Log, stack: AsyncExitStack
) -> Renewal:
    renewal = Renewal(config, given, processor, log, now)
    stack.push_async_callback(renewal.close)
    return renewal


def _stop_when_quiet(lane: Lane, doors: Doors, stop: asyncio.Event) -> Callable[[], object]:
    """From SIGUSR1 on. The answer takes it back; the signal stays heard, as it would otherwise end what is stopping."""
    loop = asyncio.get_running_loop()
    waiting: set[asyncio.Task[None]] = set()
    ended = asyncio.Event()

    async def wait() -> None:
        await lane.quiet()
        while doors.front.reception.runs:  # a customer may be asked something before the lane hears of their payment
            await doors.front.reception.quiet()
            await lane.quiet()
        doors.stop_taking()  # in the same moment: nobody begins what would then be withdrawn
        stop.set()

    def begin() -> None:
        if not (waiting or ended.is_set()):
            waiting.add(loop.create_task(wait()))

    def end() -> None:
        ended.set()
        for task in waiting:
            task.cancel()

    loop.add_signal_handler(signal.SIGUSR1, begin)
    return end


async def _by_the_hour(
    identify: Identify | None, upkeep: Upkeep | None, dropped: Dropped, look: Callable[[], None], teller: Teller
) -> None:
    """Beginning with the start, so that no sale sets the time of what is told."""
    while True:
        look()
        if identify is not None:
            await identify.settle()
        if upkeep is not None:
            await upkeep.settle()
        await asyncio.sleep(_HOUR_S)
        dropped.publish()
        teller.publish()
