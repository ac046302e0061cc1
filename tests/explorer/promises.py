"""The promises of a till that never charges twice, as code: what must be true at the end of every schedule."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from uuid import UUID

from pos_bridge.domain.leg import State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import (
    PaidByCard,
    Refunded,
    Running,
    SaleAsk,
    Voided,
)
from tests.explorer.entries import Opened
from tests.explorer.outcomes import NOT_DONE, is_paid
from tests.explorer.processor import APPROVAL_CODE
from tests.explorer.reader import NUMBERS
from tests.explorer.till import Request
from tests.explorer.words import money
from tests.explorer.world import World

PROMISES = {
    "P1": "One request of the till is charged at most once, whatever crashes, repeats or is lost.",
    "P2": "Nothing is sent to the processor before the intent to send it is durable.",
    "P3": "Told approved: exactly one charge stands. Told failed: none stands in the end. The status agrees with what "
    "was told live. An approval that the till never collected is listed until it is collected or reversed.",
    "P4": "An outcome that is not known is not told as failed, and it becomes known.",
    "P5": "Recovery needs keys only, never card data; and no byte that is written holds a card's number.",
    "P6": "One stuck leg never blocks another sale; a status query, a health check or a reconnect starts no payment.",
    "P7": "Refunds and reversals of a sale are never more than what was captured, and each refund is made once.",
    "P8": "A half-paid basket is listed until it is paid or cancelled.",
    "P9": "A chip whose request was sent is told once what became of it, and never twice.",
    "FAULT": "The program meets nothing that it has no answer for.",
}

# As text, and packed two digits a byte.
_NUMBERS = tuple(form for number in NUMBERS for form in (number.encode(), bytes.fromhex(number)))
_CODE = f"{APPROVAL_CODE}".encode()


def broken(world: World) -> list[str]:
    """Every promise that this schedule broke, in words that begin with its number."""
    found = [f"FAULT {fault}" for fault in dict.fromkeys(world.ground.faults)] + list(dict.fromkeys(world.broken))
    found += _in_clear(world)
    found += _of_chips(world)
    if world.torn:
        return found
    account = Account(world)
    for request in world.till.requests:
        found += account.of_payment(request) if isinstance(request.ask, SaleAsk) else account.of_refund(request)
    found += account.of_sales()
    found += account.of_what_stands()
    found += account.of_what_is_listed()
    return found


class Account:
    """What the till was told, what its journal says, and what the processor holds, put side by side."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._held = world.processor.held
        self._keys: dict[bytes, list[bytes]] = {}  # of each request, those of every leg that was ever opened for it
        for entry in world.disk.asked:
            if isinstance(entry, Opened):
                self._keys.setdefault(entry.opening.till.request, []).append(entry.opening.key.raw)
        self._people = {leg.key.raw for leg in world.disk.books.unsettled() if leg.state is State.UNRESOLVED}

    def of_payment(self, request: Request) -> Iterator[str]:
        who, keys = f"request {request.number}", self._keys.get(request.key, [])
        names = [name for key in keys for name in self._world.line.names_of(key)]
        times = sum(self._held[name].stands for name in names if name in self._held)
        if times > 1:
            yield f"P1 {who} is charged {times} times"
        yield from self._definite(request, keys)
        told = request.told
        paid = [said for said in told if is_paid(said)]
        failed = [said for said in told if isinstance(said, NOT_DONE)]
        if failed and any(map(is_paid, told[told.index(failed[0]) :])):
            yield f"P3 {who} is told not paid, and later paid"
        if paid and failed and not request.undone:
            yield f"P3 {who} is told paid, and later not paid"
        if not self._people.isdisjoint(keys):
            return
        taken = sum(self._net(name) for name in names)
        wanted = self._wanted(request)
        if taken > wanted:
            yield f"P3 {who} is told {_last(request)}, and {money(taken)} is taken instead of {money(wanted)}"
        if taken < wanted:
            yield f"P3 {who} is told {_last(request)}, and only {money(taken)} is taken instead of {money(wanted)}"

    def _definite(self, request: Request, keys: list[bytes]) -> Iterator[str]:
        known = request.told and not isinstance(request.final, Running)
        if not known and self._people.isdisjoint(keys):
            yield f"P4 what became of request {request.number} never becomes known"

    def _wanted(self, request: Request) -> int:
        """Cents of a card payment that are to stand, by what the till was told last of it and of what it took back."""
        said = request.final
        if not isinstance(said, PaidByCard) or request.sale in self._world.till.given_up:
            return 0
        cents = said.approved.cents
        for other in self._world.till.requests:
            match other.final:
                case Voided(sale) if sale == said.key:
                    return 0
                case Refunded(_, sale, amount) if sale == said.key:
                    cents -= amount.cents
        return cents

    def _net(self, key: bytes) -> int:
        """Cents that the processor took under this key and did not give back."""
        held = self._held.get(key)
        return 0 if held is None else held.moved - self._world.processor.refunded(key)

    def of_refund(self, request: Request) -> Iterator[str]:
        who, keys = f"request {request.number}", self._keys.get(request.key, [])
        standing = [key for key in keys if key in self._held and self._held[key].stands]
        yield from self._definite(request, keys)
        if len(standing) > 1:
            yield f"P7 {who} gives back {len(standing)} times"
        told = [said for said in request.told if isinstance(said, Refunded)]
        failed = [said for said in request.told if isinstance(said, NOT_DONE)]
        if not self._people.isdisjoint(keys):
            return
        if told and [self._held[key].moved for key in standing] != [told[0].amount.cents]:
            yield f"P3 {who} is told refunded, and not exactly that was given back"
        if failed and standing:
            yield f"P3 {who} is told that nothing was given back, and it was"
        if failed and (told or any(isinstance(said, Voided) for said in request.told)):
            yield f"P3 {who} is told both that it was given back and that it was not"
        for said in request.told:
            if isinstance(said, Voided) and self._net(said.sale.raw):
                yield f"P3 {who} is told voided, and the sale stands"

    def of_sales(self) -> Iterator[str]:
        """Whatever requests a till makes for one sale, and however many: no more than its price is taken."""
        till = self._world.till
        taken, in_doubt = dict.fromkeys(till.price, 0), set()
        for request in till.requests:
            if isinstance(request.ask, SaleAsk):
                keys = self._keys.get(request.key, [])
                taken[request.sale] += sum(map(self._taken, keys))
                if not self._people.isdisjoint(keys):
                    in_doubt.add(request.sale)
        for sale, cents in taken.items():
            price = till.price[sale]
            if sale in in_doubt:
                continue
            if cents > price:
                yield f"P1 for sale {sale} of {money(price)} {money(cents)} is taken"
            if sale in till.given_up and cents:
                yield f"P8 sale {sale} was given up, and {money(cents)} of it is taken"
            if till.half_paid is not None and 0 < cents < price and not self._is_listed(sale):
                yield f"P8 sale {sale} is half paid ({money(cents)} of {money(price)}), and not listed"

    def _is_listed(self, sale: int) -> bool:
        till = self._world.till
        return any(known.reference == till.reference(sale) for known in till.half_paid or ())

    def _taken(self, key: bytes) -> int:
        """Cents that a payment leg took and nobody gave back: of a card by the processor's word, of cash by ours."""
        leg = self._world.disk.books.legs.get(LegKey.from_bytes(key))
        if leg is None or leg.tender is Tender.CARD:
            return sum(map(self._net, self._world.line.names_of(key)))
        refunds = self._world.disk.books.refunds_of(leg.key)
        return leg.amount.cents - sum(refund.amount.cents for refund in refunds)

    def of_what_stands(self) -> Iterator[str]:
        known = {name for key in self._world.disk.books.legs for name in self._world.line.names_of(key.raw)}
        for key, held in self._held.items():
            name = self._world.ground.name(key)
            if held.stands and key not in known and key not in self._world.elsewhere:
                yield f"P2 a charge of {name} stands, and the journal has no entry of it"
            if held.stands and held.state == "authorised" and key not in self._people and key in known:
                yield f"P3 {name} is held, and neither captured nor reversed in the end"
            if self._world.processor.refunded(key) > held.captured:
                yield f"P7 more of {name} is given back than was captured"

    def of_what_is_listed(self) -> Iterator[str]:
        told = {said.key for request in self._world.till.requests for said in request.told if hasattr(said, "key")}
        for key in self._world.disk.books.told:
            if key not in told:
                yield f"P3 {self._world.ground.name(key.raw)} counts as collected, and the till was not told of it"


def _last(request: Request) -> str:
    return type(request.final).__name__


def _of_chips(world: World) -> Iterator[str]:
    """Only the last engine can have promised it: a card outlives no engine in its reader."""
    for engine in world.engines:
        for key, times in engine.chips.items():
            lives = engine is world.engine
            if times > 1 or (times == 0 and lives and key in engine.sent):
                yield f"P9 the chip of {world.ground.name(key)} is told {times} times"


def _in_clear(world: World) -> Iterator[str]:
    entries = _APART.join(map(bytes_of, world.disk.asked))
    written = _APART.join([*world.written, entries])
    if any(number in written for number in _NUMBERS):
        yield "P5 a card's number is written in clear"
    if _CODE in entries:
        yield "P5 the journal holds an approval code: bytes that the processor chose"


_APART = b"\xff"  # no number has it, as text or packed, nor the code
_FIELDS: dict[type, tuple[str, ...]] = {}  # of each dataclass that was met


def bytes_of(value: object) -> bytes:
    """Every byte of a value that a journal is given, one field after the other."""
    match value:
        case bytes():
            return value
        case None | int():
            return str(value).encode()
        case Enum():
            return bytes_of(value.value)
        case UUID():
            return value.bytes
        case LegKey():
            return value.raw
        case tuple():
            return b" ".join(map(bytes_of, value))
        case _ if is_dataclass(value):
            return b" ".join([bytes_of(getattr(value, name)) for name in _names(type(value))])
        case _:
            return str(value).encode()


def _names(kind: type) -> tuple[str, ...]:
    known = _FIELDS.get(kind)
    if known is None:
        known = _FIELDS[kind] = tuple(field.name for field in fields(kind))
    return known
