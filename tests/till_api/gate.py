"""A till of each kind at one desk, everything that could keep or pass on what it sends, and a search of all of it."""

import base64
import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from pos_bridge.domain.identity import Choice
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.points import PointsRule
from pos_bridge.pos_api.choice import Offered
from pos_bridge.pos_api.dropped import Dropped
from pos_bridge.pos_api.nexo_service import NexoService
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.pos_api.transactions import Floor
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api import bounds
from pos_bridge.till_api.counter import Counter, House, Told
from pos_bridge.till_api.screen import Screens
from tests.checkout.fakes import World
from tests.pos_api.choosing import account, chosen
from tests.pos_api.fake_desk import FakeAnswers
from tests.wire.nexo.shapes import POIID, Number, encode, payment, with_field

CENTS = 1234
SECRET = bytes(range(32))
TERMINAL = Terminal(POIID, "CLEMENT-001", "fr", "1")
_PAYMENT = "PaymentRequest"
_ORDER = f"{_PAYMENT}.PaymentData.CustomerOrder"

# Every place of a nexo payment where somebody can be named and no choice reaches; the last three are in no schema.
LEAKS: Mapping[str, Any] = {
    f"{_PAYMENT}.SaleData.SaleToPOIData": lambda mark: mark,
    f"{_PAYMENT}.SaleData.SaleToAcquirerData": lambda mark: f"shopperEmail={mark}&shopperReference={mark}",
    f"{_PAYMENT}.SaleData.SaleToIssuerData": lambda mark: {"StatementReference": mark},
    f"{_PAYMENT}.PaymentTransaction.SaleItem.0.AdditionalProductInfo": lambda mark: mark,
    f"{_PAYMENT}.SaleData.ShopperEmail": lambda mark: mark,
    f"{_PAYMENT}.PaymentData.CardholderName": lambda mark: {"Text": [mark]},
    f"{_PAYMENT}.TokenValue": lambda mark: mark,
}
_OF_THE_SCHEMA = len(LEAKS) - 3
_TAG = b"\xfa\xff\x7f"  # field 262143 of any message: a text


@dataclass(frozen=True)
class Asked:
    """A sale: how each part of it is paid, what the customer gave and whether they chose to, and what else came.

    `leaks`: of LEAKS for nexo, of fields that the protocol does not have for native. `orders`: what stands in a nexo
    CustomerOrder beside its id.
    """

    native: bool
    parts: tuple[Tender, ...]
    member: str | None = None
    meant: bool = True
    order: str | None = None
    leaks: tuple[tuple[int, str], ...] = ()
    offered: Offered = dataclasses.field(default_factory=lambda: Offered("Chouchous", delivery=True))

    @property
    def in_order(self) -> tuple[Tender, ...]:
        """By nexo a card that is approved for less makes a sale one in parts, and cash pays what is left."""
        return self.parts if self.native else tuple(sorted(self.parts, key=lambda tender: tender is Tender.CASH))

    @property
    def read_leaks(self) -> bool:
        """Whether some of it stands in a field that the schema of nexo has."""
        return any(place < _OF_THE_SCHEMA for place, _ in self.leaks)

    @property
    def given(self) -> tuple[str, ...]:
        """What the customer chose to give, of what is offered."""
        member = self.member if (self.meant or self.native) and self.offered.programme is not None else None
        order = self.order if self.offered.delivery else None
        return tuple(text for text in (member, order) if text is not None)

    @property
    def marks(self) -> tuple[str, ...]:
        return tuple(text for text in (self.member, self.order, *(mark for _, mark in self.leaks)) if text is not None)


class Gate:
    """One till's terminal: nexo and native on one floor."""

    def __init__(self, offered: Offered) -> None:
        self.world = World(rule=PointsRule("2026-11", 1, 100))
        self.answers = FakeAnswers()
        self.troubles: list[Any] = []
        self.told: list[bytes] = []
        self.dropped = Dropped(self.world.log)
        floor, common = Floor(), dict[str, Any](desk=self.world.lane, answers=self.answers)
        self._offered = offered
        self.nexo = NexoService(
            terminal=TERMINAL,
            secret=SECRET,
            clock=_clock,
            on_trouble=self.troubles.append,
            on_dropped=self.dropped.count,
            offered=offered,
            floor=floor,
            **common,
        )
        house = House(
            terminal=TERMINAL,
            secret=SECRET,
            clock=_clock,
            on_trouble=self.troubles.append,
            on_dropped=self.dropped.count,
            offered=offered,
            floor=floor,
            no_vault=lambda: False,
            **common,
        )
        self.counter = Counter(house, Screens(), "native")

    async def sell(self, asked: Asked) -> list[bool]:
        """Whether each part was told that something was dropped. All of them are paid."""
        pay = self._native if asked.native else self._nexo
        dropped = []
        for number, tender in enumerate(asked.in_order):
            dropped.append(await pay(asked, number, tender))
            await self.world.settled()  # as a customer has time to look for another card: steps come in their order
        await self.world.identify.close()
        self.dropped.publish()
        return dropped

    async def _nexo(self, asked: Asked, number: int, tender: Tender) -> bool:
        reply = await self.nexo.answer(bytearray(encode(message_of(asked, number, tender))))
        self.told.append(reply.body)
        assert b'"Result":"Success"' in reply.body or b'"Result":"Partial"' in reply.body, reply.body
        return b"identity-dropped" in reply.body

    async def _native(self, asked: Asked, number: int, tender: Tender) -> bool:
        request = request_of(asked, number, tender)
        async with aclosing(self.counter.pay(bounds.payment(request, self._offered))) as updates:
            last = [update async for update in updates][-1]
        assert isinstance(last, Told)
        self.told.append(last.outcome.SerializeToString())
        assert last.outcome.result == pb.RESULT_APPROVED, last.outcome
        return last.outcome.identity_dropped

    # ---- what there is afterwards ----

    @property
    def vault(self) -> set[str]:
        """Whom it keeps."""
        kept: Iterable[tuple[tuple[Choice, object], ...]] = self.world.vault.kept.values()
        assert not self.world.vault.holding
        return {choice.member if hasattr(choice, "member") else choice.order for each in kept for choice, _ in each}

    def shapes(self) -> list[Any]:
        """The journal, but for what is random: the names of its legs."""
        journal = self.world.journal
        numbers = {key: number for number, key in enumerate(journal.legs)}
        legs = [dataclasses.replace(leg, key=None) for leg in journal.legs.values()]  # type: ignore[arg-type] # a shape
        history = [(word, numbers[key]) for word, key in journal.history if key in numbers]
        requests = [
            (name, till, None if key is None else numbers[key], void)
            for name, (till, key, void) in journal.requests.items()
        ]
        parts = [(name, part, [numbers[key] for key in keys]) for name, (part, keys) in journal.baskets.items()]
        return [legs, history, requests, parts, len(journal.told)]

    def everywhere(self) -> bytes:
        """All that is kept, told, logged or sent, but for the vault."""
        world = self.world
        places = (world.journal, world.log.events, self.answers, self.told, world.processor, world.readers.prompts)
        return b"\x00".join(_texts([*places, self.troubles], {}))


def encodings(mark: str) -> tuple[bytes, ...]:
    raw = mark.encode()
    return raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw)[:-4]


def _clock() -> datetime:
    return datetime(2026, 11, 23, 14, 40, tzinfo=UTC)


def _texts(value: object, seen: dict[int, object]) -> Iterator[bytes]:
    """Every text and run of bytes in there, as bytes. `seen` holds what it names: a number of what is gone is given to
    the next object, which would then be passed over.
    """
    match value:
        case str():
            yield value.encode()
        case bytes() | bytearray():
            yield bytes(value)
        case None | bool() | int() | float() | Enum() | UUID():
            pass
        case _ if id(value) in seen:
            pass
        case dict():
            seen[id(value)] = value
            for key, each in value.items():
                yield from _texts(key, seen)
                yield from _texts(each, seen)
        case list() | tuple() | set() | frozenset():
            seen[id(value)] = value
            for each in value:
                yield from _texts(each, seen)
        case _:
            seen[id(value)] = value
            names = [field.name for field in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []
            held = {name: getattr(value, name) for name in names} or getattr(value, "__dict__", {})
            yield from _texts(dict(held), seen)


def message_of(asked: Asked, number: int, tender: Tender) -> dict[str, Any]:
    left = (len(asked.parts) - number) * CENTS  # the processor approves a part of it
    message = payment(f"{left / 100:.2f}", service_id=f"S{number}")
    if tender is Tender.CASH:
        message = with_field(message, f"{_PAYMENT}.PaymentData.PaymentInstrumentData.PaymentInstrumentType", "Cash")
    if len(asked.parts) > 1:
        message = with_field(message, f"{_PAYMENT}.PaymentData.SplitPaymentFlag", value=True)
        paid = Number(f"{number * CENTS / 100:.2f}")
        message = with_field(message, f"{_PAYMENT}.PaymentTransaction.AmountsReq.PaidAmount", paid)
    if asked.member is not None:
        message = with_field(message, f"{_PAYMENT}.LoyaltyData", [account(asked.member)])
        message = chosen(message, handling="Allowed" if asked.meant else "Forbidden")
    if asked.order is not None:
        message = with_field(message, f"{_PAYMENT}.SaleData.CustomerOrderID", asked.order)
    for place, mark in asked.leaks:
        path, how = list(LEAKS.items())[place % len(LEAKS)]
        message = with_field(message, path, how(mark))
    return message


def request_of(asked: Asked, number: int, tender: Tender) -> pb.PayRequest:
    choices = [pb.Choice(chouchous=asked.member)] if asked.member is not None else []
    choices += [pb.Choice(home_delivery=asked.order)] if asked.order is not None else []
    request = pb.PayRequest(
        request_id=number.to_bytes(16, "big"),
        cents=CENTS,
        tender=pb.TENDER_CASH if tender is Tender.CASH else pb.TENDER_CARD,
        reference="sale-1",
        choices=choices,
    )
    if len(asked.parts) > 1:
        request.split.paid_cents, request.split.due_cents = number * CENTS, len(asked.parts) * CENTS
    raw = request.SerializeToString() + b"".join(_unknown(mark) for place, mark in asked.leaks if place % 2)
    nested = b"".join(_unknown(mark) for place, mark in asked.leaks if not place % 2)
    if nested:  # within a message that the protocol has: another choice, without one
        raw += b"\x4a" + bytes([len(nested)]) + nested
    return pb.PayRequest.FromString(raw)


def _unknown(mark: str) -> bytes:
    text = mark.encode()
    return _TAG + bytes([len(text)]) + text
