"""A world small enough to see through: a journal in memory, a processor and a reader that follow a script."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_bridge.checkout.card_sale import Parts
from pos_bridge.checkout.identify import Consents, Identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.order import fresh_salt, order_digest
from pos_bridge.checkout.settle import Settler
from pos_bridge.domain.authorisation import Ask, No, ReceiptFacts, Unknown, Yes
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, ReadFailure, SealedByRoom, SealedCard
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.identity import Choice, ChoiceKind, Consent, VaultFault, VaultUnusableError, kind_of
from pos_bridge.domain.ledger import (
    Advance,
    JournalHead,
    JournalUnwritableError,
    KnownLeg,
    KnownRequest,
    Opening,
    TillKeys,
)
from pos_bridge.domain.leg import APPROVED_STATES, SETTLED, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import SaleAsk
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.log import Event
from pos_bridge.processor.terminal import Terminal

VISA = CardFacts(Brand.VISA, 5119, EntryMode.MAGSTRIPE)
SEALED = SealedCard(VISA, SealedByRoom(bytes(8), bytes(1392)))
KEY = SealingKey(bytes(8), 1, 4_000_000_000, bytes(1216), bytes(64))


class MemoryLog:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


class MemoryJournal:
    """Keeps what a journal keeps, in the order it was made durable; `broken` refuses writes, `unreadable` reads."""

    def __init__(self) -> None:
        self.legs: dict[LegKey, KnownLeg] = {}
        self.requests: dict[bytes, tuple[bytes, bytes, LegKey | None]] = {}
        self.told: set[LegKey] = set()
        self.history: list[tuple[str, LegKey]] = []
        self.broken = False
        self.unreadable = False
        self.break_after: int | None = None  # writes that still succeed

    def _write(self) -> None:
        if self.break_after is not None:
            self.broken = self.break_after == 0
            self.break_after = max(0, self.break_after - 1)
        if self.broken:
            raise JournalUnwritableError

    async def open_leg(self, opening: Opening) -> JournalHead:
        self._write()
        approved = opening.amount if opening.tender is Tender.CASH else None
        self.legs[opening.key] = KnownLeg(
            opening.key,
            opening.tender,
            opening.state,
            opening.amount,
            opening.partial_ok,
            opening.flow,
            None,
            approved,
            opening.due,
        )
        self.requests[opening.till.request] = (opening.till.content, opening.till.sale, opening.key)
        self.history.append((opening.state.value, opening.key))
        return self.head()

    async def advance(self, change: Advance) -> JournalHead:
        self._write()
        self.legs[change.key] = replace(
            self.legs[change.key], state=change.state, cause=change.cause, approved=change.approved
        )
        self.history.append((change.state.value, change.key))
        return self.head()

    async def close_till_request(self, request: bytes) -> None:
        self._write()
        self.requests.setdefault(request, (b"", bytes(32), None))

    async def find_request(self, request: bytes) -> KnownRequest | None:
        if self.unreadable:
            raise JournalUnwritableError
        found = self.requests.get(request)
        return None if found is None else KnownRequest(found[0], None if found[2] is None else self.legs[found[2]])

    async def find_leg(self, key: LegKey) -> KnownLeg | None:
        return self.legs.get(key)

    async def approved_untold(self, sale: bytes) -> LegKey | None:
        for _, of_sale, key in self.requests.values():
            if of_sale == sale and key is not None and key not in self.told and self.legs[key].state in APPROVED_STATES:
                return key
        return None

    async def mark_told(self, key: LegKey) -> None:
        self.told.add(key)

    async def unsettled(self) -> tuple[KnownLeg, ...]:
        return tuple(leg for leg in self.legs.values() if leg.state not in SETTLED)

    @property
    def writable(self) -> bool:
        return not self.broken

    def head(self) -> JournalHead:
        return JournalHead(len(self.history), bytes(32))

    def words(self) -> list[str]:
        return [word for word, _ in self.history]


class ScriptedPrompt:
    def __init__(self) -> None:
        self.answer: asyncio.Future[SealedCard | ReadFailure] = asyncio.get_running_loop().create_future()

    async def card(self) -> SealedCard | ReadFailure:
        return await self.answer

    def withdraw(self) -> None:
        self.give(ReadFailure.NO_CARD)

    def give(self, card: SealedCard | ReadFailure) -> None:
        if not self.answer.done():
            self.answer.set_result(card)


class ScriptedReaders:
    """Gives `card` at once, or leaves the prompt waiting when it is None."""

    def __init__(self, card: SealedCard | ReadFailure | None = SEALED) -> None:
        self.card = card
        self.prompts: list[ScriptedPrompt] = []

    def prompt(self, leg_key: LegKey, amount: Amount, sealing_key: SealingKey) -> ScriptedPrompt:
        prompt = ScriptedPrompt()
        if self.card is not None:
            prompt.give(self.card)
        self.prompts.append(prompt)
        return prompt

    async def states(self) -> tuple[tuple[str, bool], ...]:
        return (("scripted", True),)


@dataclass
class ScriptedProcessor:
    """Answers from a list (the last one for ever); remembers what it was asked, and what the journal said then."""

    answers: list[Yes | No | Unknown] = field(default_factory=lambda: [Yes(Amount(12_34), "A1B2C3")])
    captures: list[bool | Unknown] = field(default_factory=lambda: [True])
    reversals: list[Reversed | Unknown] = field(default_factory=lambda: [Reversed(None)])
    is_ready: bool = True
    asked: list[Ask] = field(default_factory=list)
    reversed: list[LegKey] = field(default_factory=list)
    captured: list[LegKey] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    gated: bool = False
    now_ms: int = 1_000_000

    async def ready(self) -> bool:
        return self.is_ready

    def sealing_key(self) -> SealingKey:
        return KEY

    def not_after_ms(self, seconds: int) -> int:
        return self.now_ms + seconds * 1000

    async def authorise(self, ask: Ask) -> Yes | No | Unknown:
        self.asked.append(ask)
        if self.gated:
            await self.gate.wait()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def capture(self, key: LegKey, amount: Amount) -> bool | Unknown:
        self.captured.append(key)
        return self.captures.pop(0) if len(self.captures) > 1 else self.captures[0]

    async def reverse(self, key: LegKey) -> Reversed | Unknown:
        self.reversed.append(key)
        return self.reversals.pop(0) if len(self.reversals) > 1 else self.reversals[0]

    def reachable(self) -> bool:
        return self.is_ready

    async def receipt_facts(self, key: LegKey) -> ReceiptFacts | None:
        return ReceiptFacts("A1B2C3", VISA) if self.is_ready else None


class MemoryVault:
    """Keeps what a vault keeps; `fault` makes it unusable, a `gate` makes it hang. `asked`: the calls, in order."""

    def __init__(self) -> None:
        self.holding: dict[LegKey, tuple[tuple[Choice, Consent], ...]] = {}
        self.kept: dict[LegKey, tuple[tuple[Choice, Consent], ...]] = {}
        self.asked: list[str] = []
        self.fault: VaultFault | None = None
        self.gate: asyncio.Event | None = None

    async def _ask(self, name: str) -> None:
        self.asked.append(name)
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise VaultUnusableError(self.fault)

    async def hold(self, key: LegKey, choices: tuple[tuple[Choice, Consent], ...]) -> None:
        await self._ask("hold")
        self.holding[key] = choices

    async def keep(self, key: LegKey) -> None:
        await self._ask("keep")
        if key in self.holding:
            self.kept[key] = self.holding.pop(key)

    async def drop(self, key: LegKey) -> None:
        await self._ask("drop")
        self.holding.pop(key, None)

    async def held(self) -> tuple[LegKey, ...]:
        await self._ask("held")
        return tuple(self.holding)

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        await self._ask("known")
        found = self.kept.get(key) or self.holding.get(key) or ()
        return frozenset(kind_of(choice) for choice, _ in found)


class World:
    """A lane with everything around it."""

    def __init__(self, processor: ScriptedProcessor | None = None, readers: ScriptedReaders | None = None) -> None:
        self.journal = MemoryJournal()
        self.vault = MemoryVault()
        self.log = MemoryLog()
        self.processor = processor or ScriptedProcessor()
        self.readers = readers or ScriptedReaders()
        self.clock_s = 1000.0
        self.restart()

    def restart(self) -> None:
        """A new engine on the same journal."""
        self.settler = Settler(self.journal, self.processor, self.log)
        signer = Terminal(Ed25519PrivateKey.generate())
        self.parts = Parts(self.journal, self.readers, self.processor, signer, self.settler, self.log, 120)
        consents = Consents("members-3", "delivery-1", "fr", lambda: datetime(2026, 11, 23, 14, 40, tzinfo=UTC))
        self.identify = Identify(self.vault, consents, self.journal, self.log)
        self.lane = Lane(self.parts, self.identify, lambda: self.clock_s)

    async def settled(self) -> None:
        while self.settler.busy:
            await asyncio.sleep(0.01)


def ask(
    number: int = 1,
    *,
    tender: Tender = Tender.CARD,
    cents: int = 12_34,
    partial_ok: bool = False,
    content: int = 0,
    sale: int | None = None,
    choices: tuple[Choice, ...] = (),
) -> SaleAsk:
    keys = TillKeys(
        number.to_bytes(32, "big"),
        (content or number).to_bytes(32, "big"),
        (number if sale is None else sale).to_bytes(32, "big"),
    )
    salt = fresh_salt()
    return SaleAsk(keys, f"S{number}", tender, Amount(cents), partial_ok, order_digest(salt, b"order"), salt, choices)
