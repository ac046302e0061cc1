"""The promises of a till that never charges twice, as code: what must be true at the end of every schedule."""

from dataclasses import fields, is_dataclass
from enum import Enum
from uuid import UUID

from pos_bridge.domain.leg import State
from pos_bridge.domain.outcome import Closed, NeverSeen, NotPaid, PaidByCard, PaidInCash, Running
from tests.explorer.books import Opened
from tests.explorer.processor import Held
from tests.explorer.reader import CARDS
from tests.explorer.till import Request, is_paid
from tests.explorer.world import World

PROMISES = {
    "P1": "One request of the till is charged at most once, whatever crashes, repeats or is lost.",
    "P2": "Nothing is sent to the processor before the intent to send it is durable.",
    "P3": "Told approved: exactly one charge stands. Told failed: none stands in the end. The status agrees with what "
    "was told live. An approval that the till never collected is listed until it is.",
    "P4": "An outcome that is not known is not told as failed, and it becomes known.",
    "P5": "Recovery needs keys only, never card data; and no byte that is written holds a card's number.",
    "P6": "One stuck leg never blocks another sale, and only a payment that a till asked for starts one.",
    "FAULT": "The program meets nothing that it has no answer for.",
}

# As text, and packed two digits a byte.
_NUMBERS = tuple(form for card in CARDS for form in (card.number.encode(), bytes.fromhex(card.number)))


def broken(world: World) -> list[str]:
    """Every promise that this schedule broke, in words that begin with its number."""
    found = [f"FAULT {fault}" for fault in world.ground.faults] + list(world.broken)
    of_request: dict[bytes, list[bytes]] = {}
    for entry in world.disk.asked:
        if isinstance(entry, Opened):
            of_request.setdefault(entry.opening.till.request, []).append(entry.opening.key.raw)
    for request in world.till.requests:
        found += _of_request(world, request, of_request.get(request.key, []))
    known = {name for key in world.disk.books.legs for name in world.line.names_of(key.raw)}
    for key, held in world.processor.held.items():
        if held.stands and key not in known:
            found.append(f"P2 a charge of {world.ground.name(key)} stands, and the journal has no entry of it")
    if any(number in data for data in (*world.written, *map(bytes_of, world.disk.asked)) for number in _NUMBERS):
        found.append("P5 a card's number is written in clear")
    return found


def _of_request(world: World, request: Request, keys: list[bytes]) -> list[str]:
    found = []
    names = [name for key in keys for name in world.line.names_of(key)]
    standing = [held for name in names if (held := world.processor.held.get(name)) is not None and held.stands]
    times = sum(held.stands for held in standing)
    who = f"request {request.number}"
    if times > 1:
        found.append(f"P1 {who} is charged {times} times")
    told = [said for said in request.told if not isinstance(said, Running)]
    paid = [said for said in told if is_paid(said)]
    failed = [said for said in told if isinstance(said, NotPaid | Closed | NeverSeen)]
    if paid and failed:
        found.append(f"P3 {who} is told paid and not paid")
    found += [fault for said in paid if (fault := _paid_fault(world, said, standing)) is not None]
    if failed and times:
        found.append(f"P3 {who} is told failed, and is charged")
    last = request.status[-1] if request.status else None
    if times and not is_paid(last) and not _for_a_person(world, keys):
        found.append(f"P3 {who} is charged, and neither told as paid nor listed")
    if last is None or (isinstance(last, Running) and not _for_a_person(world, keys)):
        found.append(f"P4 {who} never becomes known")
    return found


def _paid_fault(world: World, said: PaidByCard | PaidInCash, standing: list[Held]) -> str | None:
    if isinstance(said, PaidInCash):
        return None
    held = next((one for one in standing if one.stands), None)
    name = world.ground.name(said.key.raw)
    if held is None:
        return f"P3 {name} is told paid, and no charge stands"
    if held.state != "captured" or held.captured != said.approved.cents or len(standing) != 1:
        return f"P3 {name} is told paid, and not exactly that is taken"
    return None


def bytes_of(value: object) -> bytes:
    """Every byte of a value that a journal is given, one field after the other."""
    match value:
        case bytes():
            return value
        case Enum():
            return bytes_of(value.value)
        case UUID():
            return value.bytes
        case tuple():
            return b" ".join(map(bytes_of, value))
        case _ if is_dataclass(value):
            return b" ".join(bytes_of(getattr(value, field.name)) for field in fields(value))
        case _:
            return str(value).encode()


def _for_a_person(world: World, keys: list[bytes]) -> bool:
    """Whether it is listed for a person to decide."""
    return any(leg.key.raw in keys and leg.state is State.UNRESOLVED for leg in world.disk.books.unsettled())
