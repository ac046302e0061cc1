"""The engine: the one place that builds objects and joins them. Started and stopped in the order that money needs."""

import asyncio
import secrets
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from pathlib import Path

import uvloop

from pos_bridge import __version__, events, faults
from pos_bridge.cardlink.activated import RoomSockets
from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.checkout.identify import Consents, Identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.settle import Settler
from pos_bridge.counter_devices import CounterDevices, around
from pos_bridge.credentials import Credentials
from pos_bridge.disk import write_private
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.domain.points import PointsRule
from pos_bridge.domain.trouble import Trouble
from pos_bridge.identity.vault import Vault
from pos_bridge.journal.answers import Answers
from pos_bridge.journal.errors import JournalBusyError, JournalCorruptError
from pos_bridge.journal.journal import Journal
from pos_bridge.log import Log, counted
from pos_bridge.pos_api.choice import NOTHING_OFFERED, Offered
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.dropped import Dropped
from pos_bridge.pos_api.https import NexoServer, loopback_socket
from pos_bridge.pos_api.leaf import Leaf
from pos_bridge.pos_api.nexo_service import NexoService
from pos_bridge.pos_api.payment_answer import CHIP, MAGNETIC_STRIPE
from pos_bridge.pos_api.payment_answer import Terminal as NexoTerminal
from pos_bridge.pos_api.receipt import Shop
from pos_bridge.pos_api.reception import Reception
from pos_bridge.pos_api.transactions import Floor
from pos_bridge.processor.channel import Credentials as ChannelCredentials
from pos_bridge.processor.client import ProcessorClient, ProcessorSettings
from pos_bridge.processor.terminal import Terminal
from pos_bridge.settings import Config, Identity, Reader
from pos_bridge.start_fault import StartError, StartFault
from pos_bridge.teller import Teller, open_teller
from pos_bridge.words import Words, same

_SECRET_LENGTH = 32
_HOUR_S = 3600.0


class CannotStartError(StartError):
    """Why the engine does not start: one line that says what to do."""


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
        log = _open_log(config)
        stack.callback(log.close)
        journal = _open_journal(config)
        stack.callback(journal.close)
        answers = Answers.open(config.answers, _now)
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

        rooms = _rooms(config, log)
        stack.push_async_callback(rooms.close)
        identify = _identify(config, journal, log, stack)
        terminal = Terminal(credentials.terminal_key)
        lane = Lane(Parts(journal, rooms, processor, terminal, settler, log, config.till.card_prompt_s), identify)
        await lane.resume()
        dropped = Dropped(log)
        stack.callback(dropped.publish)
        teller = open_teller(config, credentials.events_tls, lane, log, clock=_now, stack=stack)
        counter = CounterDevices(around(config), DeviceHealth(log), teller)
        secret = _secret(config.state / "till.secret")
        reception = Reception.of(
            lambda credential, floor: _service(
                config, lane, answers, log, dropped, counter=counter, secret=secret, credential=credential, floor=floor
            ),
            credentials.tills.message_keys,
            in_clear=credentials.tills.api_key is not None,
        )
        leaf = _leaf(config, log)
        server = _server(config, credentials, reception, leaf, log)
        await rooms.start()
        await server.start()
        stack.push_async_callback(server.stop)
        stack.push_async_callback(reception.close)
        stack.push_async_callback(lane.close)  # first: who waits for an answer gets it before the server goes

        stack.callback(_stop_when_quiet(lane, server, stop))
        look = partial(_look, leaf, server)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, look)
        by_the_hour = asyncio.create_task(_by_the_hour(identify, dropped, look, teller))
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
        server.stop_taking()


def _stop_when_quiet(lane: Lane, server: NexoServer, stop: asyncio.Event) -> Callable[[], object]:
    """From SIGUSR1 on. The answer takes it back."""
    loop = asyncio.get_running_loop()
    waiting: set[asyncio.Task[None]] = set()

    async def wait() -> None:
        await lane.quiet()
        server.stop_taking()  # in the same moment: nobody begins what would then be withdrawn
        stop.set()

    def begin() -> None:
        if not waiting:
            waiting.add(loop.create_task(wait()))

    def end() -> None:
        loop.remove_signal_handler(signal.SIGUSR1)
        for task in waiting:
            task.cancel()

    loop.add_signal_handler(signal.SIGUSR1, begin)
    return end


def _open_log(config: Config) -> Log:
    path = None if config.log is None else config.path(config.log.file)
    try:
        return Log(path)
    except OSError as error:
        raise CannotStartError(StartFault.LOG_UNWRITABLE, path=path, reason=error.strerror) from None


def _rooms(config: Config, log: Log) -> Rooms:
    room = config.card_room
    stripe, chip = (None if path is None else config.path(path) for path in (room.socket, room.chip_socket))
    return Rooms(
        _readers(config),
        config.path(room.trust),
        config.till.card_prompt_s,
        clock=_now,
        sockets=None if stripe is None and chip is None else RoomSockets(stripe, chip),
        on_failure=_tell_failure(log),
    )


def _readers(config: Config) -> list[ConfiguredReader]:
    readers = []
    for reader in config.readers:
        try:
            readers.append(_chip_reader(config, reader) if reader.reads_chips else _serial_reader(config, reader))
        except ValueError as error:
            raise CannotStartError(StartFault.READER_UNFIT, reader=reader.name, reason=error) from None
    return readers


def _capabilities(readers: Sequence[Reader]) -> tuple[str, ...]:
    """How cards are read here, as nexo has it: by the stripe, by the chip, or both."""
    chips = {reader.reads_chips for reader in readers}
    return tuple(word for word, is_there in ((MAGNETIC_STRIPE, False), (CHIP, True)) if is_there in chips)


def _serial_reader(config: Config, reader: Reader) -> ConfiguredReader:
    return ConfiguredReader(reader.name, reader.driver, str(config.path(reader.device)))


def _chip_reader(config: Config, reader: Reader) -> ConfiguredReader:
    emv = None if config.card_room.emv is None else config.path(config.card_room.emv)
    pin_pad = "" if reader.pin_pad is None else str(config.path(reader.pin_pad))
    return ConfiguredReader(reader.name, reader.driver, reader.device, emv, config.pcscd(reader), pin_pad)


def _open_journal(config: Config) -> Journal:
    try:
        return Journal.open(config.journal, config.till.number, _now)
    except JournalBusyError:
        raise CannotStartError(StartFault.ALREADY_RUNNING, state=config.state) from None
    except JournalCorruptError as error:
        path, row = config.journal / error.file, error.row
        place = same(f"{path}") if row is None else Words(f"{path}, ligne {row}", f"{path}, row {row}")
        raise CannotStartError(StartFault.JOURNAL_DAMAGED, place=place, reason=error.what, file=config.file) from None
    except JournalUnwritableError:
        raise CannotStartError(StartFault.JOURNAL_UNWRITABLE, path=config.journal) from None


def _identify(config: Config, journal: Journal, log: Log, stack: AsyncExitStack) -> Identify | None:
    """Nobody is kept where the configuration says nothing of it. A vault that cannot be used stops no sale."""
    if config.identity is None:
        return None
    try:
        key = config.path(config.identity.vault_key).read_bytes()
        vault = Vault.open(config.vault, key)
    except (OSError, ValueError):
        raise CannotStartError(StartFault.VAULT_KEY_UNUSABLE, path=config.identity.vault_key) from None
    stack.callback(vault.close)
    texts = config.identity
    consents = Consents(texts.programme_text, texts.delivery_text, config.till.language, _now)
    identify = Identify(vault, consents, journal, log, _rule(config.identity))
    stack.push_async_callback(identify.close)
    return identify


async def _by_the_hour(identify: Identify | None, dropped: Dropped, look: Callable[[], None], teller: Teller) -> None:
    """Beginning with the start, so that no sale sets the time of what is told."""
    while True:
        look()
        if identify is not None:
            await identify.settle()
        await asyncio.sleep(_HOUR_S)
        dropped.publish()
        teller.publish()


def _rule(identity: Identity) -> PointsRule | None:
    """By which members get points here, if they do."""
    points = identity.points
    return None if points is None else PointsRule(points.rule, points.points, points.for_cents)


def _offered(identity: Identity | None) -> Offered:
    return NOTHING_OFFERED if identity is None else Offered(identity.programme, identity.delivery_text is not None)


def _service(
    config: Config,
    lane: Lane,
    answers: Answers,
    log: Log,
    dropped: Dropped,
    *,
    counter: CounterDevices,
    secret: bytes,
    credential: str,
    floor: Floor,
) -> NexoService:
    till = config.till
    return NexoService(
        terminal=NexoTerminal(
            till.poiid,
            config.processor.merchant_id,
            till.language,
            __version__,
            _capabilities(config.readers),
            shop=Shop(till.shop, till.gst_number, till.qst_number),
        ),
        secret=secret,
        desk=lane,
        answers=answers,
        clock=_now,
        on_trouble=_tell_trouble(log),
        on_dropped=dropped.count,
        offered=_offered(config.identity),
        around=counter.around,
        device_health=counter.health,
        on_reject=counter.teller.rejected,
        credential=credential,
        floor=floor,
    )


def _leaf(config: Config, log: Log) -> Leaf:
    certificate, key = config.path(config.nexo.certificate), config.path(config.nexo.key)
    try:
        return Leaf(certificate, key, log, _now)
    except (OSError, ValueError):
        raise CannotStartError(StartFault.PAIR_CHANGED, path=key, certificate=certificate) from None


def _look(leaf: Leaf, server: NexoServer) -> None:
    leaf.look()
    server.show(leaf.context)


def _server(config: Config, credentials: Credentials, reception: Reception, leaf: Leaf, log: Log) -> NexoServer:
    try:
        bound = loopback_socket(config.nexo.port)
    except OSError as error:
        raise CannotStartError(StartFault.PORT_UNUSABLE, port=config.nexo.port, reason=error.strerror) from None
    return NexoServer(
        reception, bound=bound, tls=leaf.context, api_key=credentials.tills.api_key, on_trouble=_tell_trouble(log)
    )


def _tell_trouble(log: Log) -> Callable[[Trouble], None]:
    return lambda trouble: log.emit(events.RequestFault(trouble))


def _tell_failure(log: Log) -> Callable[[ReadFailure], None]:
    return lambda reason: log.emit(events.CardNotRead(reason))


def _secret(path: Path) -> bytes:
    """The key of the hashes by which a till's requests are recognised; made at the first start, then kept."""
    try:
        if path.exists():
            kept = path.read_bytes()
        else:
            kept = secrets.token_bytes(_SECRET_LENGTH)
            write_private(path, kept)
    except OSError as error:
        raise CannotStartError(StartFault.SECRET_UNUSABLE, path=path, reason=error.strerror) from None
    if len(kept) != _SECRET_LENGTH:
        raise CannotStartError(StartFault.SECRET_LENGTH, path=path, length=_SECRET_LENGTH)
    return kept


def _now() -> datetime:
    """The till's wall clock with its zone: for the hour in the journal and the time on a receipt, never for money."""
    return datetime.now().astimezone()
