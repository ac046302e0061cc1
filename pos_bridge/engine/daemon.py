"""The engine: what opened.py and front.py build is joined here, started and stopped in the order that money needs."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack

import uvloop

from pos_bridge.checkout.identify import Identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.people import People
from pos_bridge.checkout.settle import Settler
from pos_bridge.checkout.upkeep import OldEntries, Upkeep
from pos_bridge.clock import now
from pos_bridge.config.credentials import Credentials
from pos_bridge.config.settings import Config
from pos_bridge.engine.counter_devices import CounterDevices, around
from pos_bridge.engine.doors import Doors, Leaving, Looks
from pos_bridge.engine.front import NEXO, open_front
from pos_bridge.engine.native_front import NATIVE, open_native
from pos_bridge.engine.onlookers import Onlookers, Running
from pos_bridge.engine.opened import (
    open_identify,
    open_journal,
    open_known,
    open_log,
    open_old_entries,
    open_people,
    open_refund_rule,
    open_rooms,
    open_vault,
    open_watch,
)
from pos_bridge.engine.teller import Teller, open_teller
from pos_bridge.journal.answers import Answers
from pos_bridge.journal.journal import Journal
from pos_bridge.listening.handed import Handed, receive
from pos_bridge.log import events, faults
from pos_bridge.log.log import Log, counted
from pos_bridge.network.watch import NetworkWatch
from pos_bridge.ops.renewal import Renewal
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.dropped import Dropped
from pos_bridge.processor.channel import Credentials as ChannelCredentials
from pos_bridge.processor.client import ProcessorClient, ProcessorSettings
from pos_bridge.processor.terminal import Terminal

_HOUR_S = 3600.0


def run(config: Config, credentials: Credentials, notify: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, or after SIGUSR1 until no payment runs: so that an upgrade waits for its customer.

    `notify` is told `READY=1` and `STOPPING=1` (sd_notify). CannotStartError.
    """
    handed = receive(frozenset({NEXO, NATIVE}))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(config, credentials, notify, handed))


async def _serve(config: Config, credentials: Credentials, notify: Callable[[str], None], handed: Handed) -> None:
    asyncio.get_running_loop().set_exception_handler(faults.in_loop)
    stop = _told_to_stop()
    async with AsyncExitStack() as stack:
        stack.callback(handed.close)
        log = open_log(config)
        stack.callback(log.close)
        onlookers = Onlookers(config, credentials, log, stack)
        journal, answers = _open_records(config, stack)
        processor = _open_processor(config, credentials, journal, log, stack)
        settler = Settler(journal, processor, log)
        stack.push_async_callback(settler.close)
        unsettled = await settler.recover()

        machine = open_watch(config, log)
        rooms = open_rooms(config, log, machine)
        stack.push_async_callback(rooms.close)
        vault = open_vault(config, stack)
        people = open_people(config, vault, journal, log, stack)
        upkeeps: tuple[Upkeep | OldEntries, ...] = (
            *_of_people(people, processor),
            open_old_entries(config, journal, processor.time, stack),
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
        known = open_known(config, rule, front.house, journal.find_request, stack)
        doors = Doors(front, open_native(config, credentials, known, people, log, handed=handed))
        locks = await rooms.start()
        await doors.open(stack)
        stack.push_async_callback(lane.close)  # first: who waits for an answer gets it before the server goes

        leaving = Leaving(lane, doors, stop, stack)
        looks = Looks(doors, _open_renewal(config, credentials, processor, log, stack), machine)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, looks.look)
        running = Running(
            journal, lane, processor, front.server, locks, looks.days, looks.look, settler.hurry, leaving.begin
        )
        await onlookers.open(running, NetworkWatch.begin(config, log, stack))
        by_the_hour = asyncio.create_task(_by_the_hour(identify, upkeeps, dropped, looks.look, teller))
        stack.callback(by_the_hour.cancel)
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


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _open_records(config: Config, stack: AsyncExitStack) -> tuple[Journal, Answers]:
    journal = open_journal(config)
    stack.callback(journal.close)
    answers = Answers.open(config.answers, now)
    stack.callback(answers.close)
    return journal, answers


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
