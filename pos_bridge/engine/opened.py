"""What the engine opens at its start: log, journal, vault, readers. Where one cannot be opened, a line says why."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from pos_bridge.cardlink.activated import RoomSockets
from pos_bridge.cardlink.lane import ConfiguredReader
from pos_bridge.cardlink.rooms import Rooms
from pos_bridge.cardlink.watch import MachineWatch
from pos_bridge.checkout.identify import Consents, Identify
from pos_bridge.checkout.people import People
from pos_bridge.checkout.ports import RefundRule
from pos_bridge.checkout.upkeep import OldEntries
from pos_bridge.clock import now
from pos_bridge.config.people import Identity
from pos_bridge.config.settings import Config, Reader
from pos_bridge.config.upkeep import Operators as OperatorSettings
from pos_bridge.domain.audit import MAY, Act, Actor, AuditEntry, Role, TrailUnwritableError
from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.domain.operator import Checked, Operator, OperatorsUnusableError
from pos_bridge.domain.points import PointsRule
from pos_bridge.domain.purposes import Retention
from pos_bridge.identity import lock
from pos_bridge.identity.vault import Vault
from pos_bridge.journal.errors import JournalBusyError, JournalCorruptError, JournalNewerError
from pos_bridge.journal.journal import Journal
from pos_bridge.log import events
from pos_bridge.log.log import Log
from pos_bridge.operators.approvals import Approvals, NoRefunds, SupervisedRefunds
from pos_bridge.operators.counter import Counter, CounterDesk
from pos_bridge.operators.desk import OperatorDesk
from pos_bridge.operators.schema import Door
from pos_bridge.operators.store import Operators
from pos_bridge.registers.trail import Trail
from pos_bridge.registers.trail_file import TrailFile, named
from pos_bridge.start_fault import CannotStartError, StartFault
from pos_bridge.till_api.counter import House
from pos_bridge.till_api.who_may import Gate
from pos_bridge.words import Words, same


def open_log(config: Config) -> Log:
    path = None if config.log is None else config.path(config.log.file)
    try:
        return Log(path)
    except OSError as error:
        raise CannotStartError(StartFault.LOG_UNWRITABLE, path=path, reason=error.strerror) from None


def open_journal(config: Config) -> Journal:
    if config.is_half_restored:
        raise CannotStartError(StartFault.RESTORE_UNFINISHED, state=config.state)
    try:
        return Journal.open(config.journal, config.till.number, now)
    except JournalBusyError:
        raise CannotStartError(StartFault.ALREADY_RUNNING, state=config.state) from None
    except JournalCorruptError as error:
        path, row = config.journal / error.file, error.row
        place = same(f"{path}") if row is None else Words(f"{path}, ligne {row}", f"{path}, row {row}")
        raise CannotStartError(StartFault.JOURNAL_DAMAGED, place=place, reason=error.what, file=config.file) from None
    except JournalNewerError as error:
        raise CannotStartError(StartFault.JOURNAL_NEWER, path=config.journal / error.file) from None
    except JournalUnwritableError:
        raise CannotStartError(StartFault.JOURNAL_UNWRITABLE, path=config.journal) from None


def open_vault(config: Config, stack: AsyncExitStack) -> Vault | None:
    """Nobody is kept where the configuration says nothing of it. A vault that cannot be used stops no sale."""
    if config.identity is None:
        return None
    try:
        key = config.path(config.identity.vault_key).read_bytes()
        vault = Vault.open(config.vault, key, config.identity.return_window_days, config.erasures_copy)
    except (OSError, ValueError):
        raise CannotStartError(StartFault.VAULT_KEY_UNUSABLE, path=config.identity.vault_key) from None
    stack.callback(vault.close)
    with suppress(OSError):  # it is made when it is needed
        lock.make(config.state)
    return vault


def open_identify(
    config: Config, vault: Vault | None, journal: Journal, log: Log, stack: AsyncExitStack
) -> Identify | None:
    """The gate's road to that vault, if there is one."""
    if config.identity is None or vault is None:
        return None
    texts = config.identity
    consents = Consents(texts.programme_text, texts.delivery_text, config.till.language, now)
    identify = Identify(vault, consents, journal, log, _rule(config.identity))
    stack.push_async_callback(identify.close)
    return identify


def open_people(
    config: Config, vault: Vault | None, journal: Journal, log: Log, stack: AsyncExitStack
) -> People | None:
    """What may be done with the persons in that vault, if there is one."""
    if config.identity is None or vault is None:
        return None
    trail = Trail.open(config.audit)
    stack.callback(trail.close)
    retention = Retention(config.identity.inactive_months, config.identity.return_window_days)
    return People(vault, trail, journal, log, clock=now, retention=retention)


def open_refund_rule(config: Config, stack: AsyncExitStack) -> RefundRule | None:
    """Who may give money back without its sale."""
    match config.operators:
        case None | OperatorSettings(refund_without_sale="open"):
            return None
        case OperatorSettings(refund_without_sale="refused"):
            return NoRefunds()
        case _:
            rule = SupervisedRefunds(Approvals(config.operator_store))
            stack.callback(rule.close)
            return rule


def open_known(
    config: Config,
    rule: RefundRule | None,
    house: House,
    asked: Callable[[bytes], Awaitable[object | None]],
    stack: AsyncExitStack,
) -> House:
    """The native services' house, and whom it knows as operators. `asked`: the journal's find_request."""
    if config.operators is None:
        return house
    desk = OperatorDesk(Operators(config.operator_store, door=Door.TILL))
    stack.callback(desk.close)
    if not isinstance(rule, SupervisedRefunds):
        return replace(house, gate=Gate(desk))
    trail = Trail.open(config.audit)
    stack.callback(trail.close)

    async def approve(number: int, password: str, request: bytes, cents: int) -> None:
        """The trail takes it before it is done, and once: a till that asks again brings the password again."""
        found = await desk.check(number, password)
        if not (isinstance(found, Operator) and found.roles & MAY[Act.APPROVE_REFUND]):
            return
        with suppress(TrailUnwritableError, JournalUnwritableError):
            if await rule.is_approved(cents, request) or await asked(request) is not None:
                return
            await trail.note(AuditEntry(now().date(), Actor(Role.SUPERVISOR, number), Act.APPROVE_REFUND))
            await rule.approve(found, cents, request)

    return replace(house, gate=Gate(desk), approve=approve)


def open_counter(config: Config, stack: AsyncExitStack) -> Callable[[int, str, int], Awaitable[Checked | None]] | None:
    """Where a supervisor approves at the administration socket. None: here nobody need, or nobody could."""
    if config.operators is None or config.operators.refund_without_sale != "supervisor":
        return None
    operators = Operators(config.operator_store, door=Door.COUNTER)
    approvals, trail = Approvals(config.operator_store), TrailFile(config.audit)
    desk = CounterDesk(Counter(operators, trail.note, lambda: now().date(), approvals))
    stack.push_async_callback(desk.close)
    return desk.approve


def open_old_entries(
    config: Config, journal: Journal, right_time: Callable[[], datetime | None], stack: AsyncExitStack
) -> OldEntries:
    """What is kept about who did what, and goes after its months; and the journal hears what month it is."""
    trail, approvals, operators = (
        Trail.open(config.audit),
        Approvals(config.operator_store),
        Operators(config.operator_store),
    )
    stack.callback(trail.close)
    months = (config.operators or OperatorSettings()).audit_months

    async def remove(before: date, today: date) -> None:
        await journal.believe(now())
        with suppress(TrailUnwritableError):
            await trail.remove(before, today)
        with suppress(OperatorsUnusableError, TrailUnwritableError):
            await asyncio.to_thread(approvals.tidy)
            await asyncio.to_thread(operators.forget, before, today, partial(named, config.audit))

    return OldEntries(remove, now, right_time, months)


def _rule(identity: Identity) -> PointsRule | None:
    """By which members get points here, if they do."""
    points = identity.points
    return None if points is None else PointsRule(points.rule, points.points, points.for_cents)


def open_watch(config: Config, log: Log) -> MachineWatch:
    return MachineWatch(config.card_room.accepted, log.emit)


def open_rooms(config: Config, log: Log, watch: MachineWatch) -> Rooms:
    room = config.card_room
    stripe, chip = (None if path is None else config.path(path) for path in (room.socket, room.chip_socket))
    return Rooms(
        _readers(config),
        config.path(room.trust),
        config.till.card_prompt_s,
        clock=now,
        sockets=None if stripe is None and chip is None else RoomSockets(stripe, chip),
        is_fit=watch.is_fit,
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


def _serial_reader(config: Config, reader: Reader) -> ConfiguredReader:
    return ConfiguredReader(reader.name, reader.driver, str(config.path(reader.device)))


def _chip_reader(config: Config, reader: Reader) -> ConfiguredReader:
    emv = None if config.card_room.emv is None else config.path(config.card_room.emv)
    pin_pad = "" if reader.pin_pad is None else str(config.path(reader.pin_pad))
    return ConfiguredReader(reader.name, reader.driver, reader.device, emv, config.pcscd(reader), pin_pad)


def _tell_failure(log: Log) -> Callable[[ReadFailure], None]:
    return lambda reason: log.emit(events.CardNotRead(reason))
