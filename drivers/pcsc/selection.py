"""Which of a card's applications pays (EMV 4.4 book 1, 12): the directory 1PAY.SYS.DDF01, else our list tried out."""

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.pcsc.scheme import MAX_AID, Application
from drivers.pcsc.session import Step, send
from drivers.pcsc.terminal import Terminal
from drivers.reader import ReadFailedError
from pos_bridge.domain.card import ReadFailure
from pos_bridge.wire.apdu import Command, Response
from pos_bridge.wire.emv_tags import Tag
from pos_bridge.wire.tlv import Item, TlvError, once, only, parse

_PSE = b"1PAY.SYS.DDF01"
_SELECT, _READ = 0xA4, 0xB2
_BY_NAME, _FIRST, _NEXT = 0x04, 0x00, 0x02
_NO_SELECT = 0x6A81  # card blocked, or no SELECT (12.3.2 step 1)
_INVALIDATED, _NO_RECORD = 0x6283, 0x6A83
_DIRECTORY_FILES = range(1, 11)
_DIRECTORY_RECORDS = range(1, 31)
_SAME_NAME_TRIES = 16
_MOST_CANDIDATES = 16  # a real card has two or three; one of hundreds must not keep a till selecting
_CONFIRM, _ORDER = 0x80, 0x0F
_LAST = 16  # no priority given: behind every one that has one


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application that card and terminal have in common. `order`: 1 is the card's first choice, 16 has none."""

    name: bytes
    application: Application
    order: int
    confirmed: bool

    @property
    def usable(self) -> bool:
        """Nobody here can confirm a choice (12.4)."""
        return not self.confirmed


@dataclass(frozen=True, slots=True, repr=False)
class Selected:
    """An application that answered SELECT. `pdol` is empty where it asks for nothing."""

    candidate: Candidate
    pdol: bytes


def find_candidates(terminal: Terminal) -> Step[tuple[Candidate, ...]]:
    """Those that can be tried, the card's first choice first. Raises ReadFailedError where there is none."""
    listed = yield from _directory(terminal)
    blocked = False
    if not listed:
        listed, blocked = yield from _tried(terminal)
    usable = [candidate for candidate in listed if candidate.usable]
    if not usable:
        raise ReadFailedError(ReadFailure.CARD_BLOCKED if blocked else ReadFailure.NOT_A_BANK_CARD)
    in_order = sorted(usable, key=lambda candidate: candidate.order)  # sorted keeps the card's order among equals
    return tuple(in_order[:_MOST_CANDIDATES])


def select(candidate: Candidate) -> Step[Selected | ReadFailure]:
    """Final selection (12.4). A failure: the card will not have it, and the next one is tried."""
    response = yield from send(_select(candidate.name))
    if not response.ok:
        return ReadFailure.CARD_BLOCKED if response.status == _INVALIDATED else ReadFailure.CHIP_FAILED
    try:
        name, inside = _control_information(response)
        pdol = once(inside).get(Tag.PDOL, b"")
    except TlvError:
        return ReadFailure.CHIP_FAILED
    return Selected(candidate, pdol) if name == candidate.name else ReadFailure.CHIP_FAILED


def _select(name: bytes, occurrence: int = _FIRST) -> Command:
    return Command(0x00, _SELECT, _BY_NAME, occurrence, name)


def _control_information(response: Response) -> tuple[bytes, tuple[Item, ...]]:
    """DF name, and what lies in the proprietary template (book 1, 11.3.4). Raises TlvError."""
    found = once(parse(only(response.data, Tag.FCI)))
    return found.get(Tag.DF_NAME, b""), parse(found.get(Tag.FCI_PROPRIETARY, b""))


# ---- the directory (12.3.2) ----


def _directory(terminal: Terminal) -> Step[list[Candidate]]:
    """Empty where there is no directory, where it is blocked or broken, or where nothing in it is ours."""
    response = yield from send(_select(_PSE))
    if response.status == _NO_SELECT:
        raise ReadFailedError(ReadFailure.CARD_BLOCKED)
    if not response.ok:
        return []
    try:
        _, inside = _control_information(response)
        number = once(inside).get(Tag.DIRECTORY_SFI, b"")
    except TlvError:
        return []
    if len(number) != 1 or number[0] not in _DIRECTORY_FILES:
        return []
    listed: list[Candidate] = []
    for record in _DIRECTORY_RECORDS:
        response = yield from send(Command(0x00, _READ, record, number[0] << 3 | 4))
        if response.status == _NO_RECORD:
            break
        if not response.ok:
            return []
        try:
            listed.extend(_entries(terminal, response.data))
        except TlvError:
            return []
    return _each_once(listed)


def _entries(terminal: Terminal, raw: bytes) -> list[Candidate]:
    """Of one record. Entries that point to a further directory are of an older EMV: passed over. Raises TlvError."""
    found = []
    for item in parse(only(raw, Tag.RECORD)):
        if item.tag != Tag.APPLICATION_TEMPLATE:
            continue
        entry = once(parse(item.value))
        candidate = _candidate(terminal, entry.get(Tag.AID, b""), entry.get(Tag.PRIORITY, b""))
        if candidate is not None:
            found.append(candidate)
    return found


# ---- our list, one SELECT each (12.3.3) ----


def _tried(terminal: Terminal) -> Step[tuple[list[Candidate], bool]]:
    """The candidates, and whether one of ours is there but blocked."""
    listed: list[Candidate] = []
    blocked = False
    for application in terminal.applications:
        occurrence = _FIRST
        for _ in range(_SAME_NAME_TRIES):
            response = yield from send(_select(application.aid, occurrence))
            if response.status == _NO_SELECT and not listed:
                raise ReadFailedError(ReadFailure.CARD_BLOCKED)
            if not response.ok and response.status != _INVALIDATED:
                break
            try:
                name, inside = _control_information(response)
                priority = once(inside).get(Tag.PRIORITY, b"")
            except TlvError:
                if response.status == _INVALIDATED:
                    blocked = True
                break
            if response.status == _INVALIDATED:
                blocked = True
            elif (candidate := _candidate(terminal, name, priority)) is not None:
                listed.append(candidate)
            if len(name) <= len(application.aid) or not application.partial:
                break  # an exact match has no further occurrence, and there is none but a longer one
            occurrence = _NEXT
    return _each_once(listed), blocked


def _candidate(terminal: Terminal, name: bytes, priority: bytes) -> Candidate | None:
    application = terminal.application_of(name)
    if application is None or len(name) > MAX_AID:
        return None
    indicator = priority[0] if priority else 0
    return Candidate(name, application, indicator & _ORDER or _LAST, confirmed=bool(indicator & _CONFIRM))


def _each_once(listed: Iterable[Candidate]) -> list[Candidate]:
    return list({candidate.name: candidate for candidate in reversed(list(listed))}.values())[::-1]
