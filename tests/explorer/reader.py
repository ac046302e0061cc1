"""Customers and the reader they use: who presents which card when, and what the card room gives of it."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_bridge.domain.card import SEALED_LENGTH, Brand, CardFacts, EntryMode, ReadFailure, SealedByRoom, SealedCard
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.progress import Progress, unwatched
from pos_bridge.domain.sealing_key import SealingKey
from tests.explorer.ground import Ground
from tests.explorer.words import money


@dataclass(frozen=True, slots=True)
class Card:
    """A published test card. Its number lies here, and the search for it would find it anywhere else."""

    number: str
    brand: Brand
    mode: EntryMode
    interac: bool = False
    chip: bool = False


VISA = Card("4921817844445119", Brand.VISA, EntryMode.MAGSTRIPE)
VISA_CHIP = Card("4921817844445119", Brand.VISA, EntryMode.CHIP, chip=True)
MASTERCARD = Card("5413330089020011", Brand.MASTERCARD, EntryMode.MAGSTRIPE)
INTERAC = Card("4506445006931933", Brand.INTERAC, EntryMode.CHIP, interac=True, chip=True)
NUMBERS = tuple(card.number for card in (VISA, MASTERCARD, INTERAC))


@dataclass(frozen=True, slots=True)
class Presented:
    """What a customer does at a prompt: this card after so many seconds, or nothing (None)."""

    card: Card | ReadFailure | None = VISA
    after_s: float = 2.0
    agrees: bool | None = True  # the chip, to what the issuer approved; None: it is pulled, and says nothing


class Customers:
    """`next`: what happens at each prompt in turn; after the last, `usual`. `sealed`: told of each ciphertext."""

    def __init__(self, ground: Ground, sealed: Callable[[bytes, Card], None]) -> None:
        self._ground = ground
        self.sealed = sealed
        self.next: list[Presented] = []
        self.usual = Presented()
        self.seals = True  # a room that seals; one that does not is for the test of the search
        self.hear = True  # chips hear what the room is given for them; where they do not is for the test of that
        self.prompts = 0

    def comes(self) -> Presented:
        self.prompts += 1
        return self.next.pop(0) if self.next else self.usual

    def seal(self, card: Card, key: LegKey) -> SealedCard:
        if self.seals:
            block = hashlib.sha256(f"{card.number} {key} {self.prompts}".encode()).digest()
            ciphertext = (block * (SEALED_LENGTH // len(block) + 1))[:SEALED_LENGTH]
        else:
            ciphertext = card.number.encode().ljust(SEALED_LENGTH, b"\0")
        self.sealed(ciphertext, card)
        facts = CardFacts(card.brand, int(card.number[-4:]), card.mode)
        return SealedCard(facts, SealedByRoom(bytes(8), ciphertext))


class Seen(Protocol):
    """What this very engine did with cards."""

    def card_read(self, key: LegKey, mode: EntryMode) -> None: ...

    def chip_told(self, key: LegKey) -> None: ...


class SimPrompt:
    def __init__(self, ground: Ground, customers: Customers, key: LegKey, seen: Seen) -> None:
        self._ground = ground
        self._customers = customers
        self._key = key
        self._seen = seen
        self._answer: asyncio.Future[SealedCard | ReadFailure] = asyncio.get_running_loop().create_future()
        self._presented = customers.comes()
        self._withdrawn = False
        if self._presented.card is not None:
            ground.outside.call_later(self._presented.after_s, self._present, self._presented.card)

    def _present(self, card: Card | ReadFailure) -> None:
        if self._answer.done() or self._answer.get_loop().is_closed():
            return
        if isinstance(card, ReadFailure):
            self._answer.set_result(card)
            return
        self._ground.note("customer", f"presents a {card.brand.name.lower()} card")
        self._seen.card_read(self._key, card.mode)
        self._answer.set_result(self._customers.seal(card, self._key))

    async def card(self) -> SealedCard | ReadFailure:
        return await asyncio.shield(self._answer)

    async def second_answer(self, issuer: IssuerAnswer) -> SecondAnswer:
        if self._customers.hear:
            self._seen.chip_told(self._key)
        agrees = self._presented.agrees
        if agrees is None:
            self._ground.note("customer", "pulls the card")
            await asyncio.get_running_loop().create_future()
        if issuer.word is not HostWord.APPROVED:
            self._ground.note("customer", f"the chip is told: {issuer.word.name.lower()}")
        elif not agrees:
            self._ground.note("customer", "the chip refuses what was approved")
        return SecondAnswer(bool(agrees) and issuer.word is HostWord.APPROVED)

    def withdraw(self) -> None:
        self._withdrawn = True
        if not self._answer.done():
            self._answer.set_result(ReadFailure.NO_CARD)


class SimReaders:
    """checkout.ports.CardReaders of one engine."""

    def __init__(self, ground: Ground, customers: Customers, seen: Seen) -> None:
        self._ground = ground
        self._customers = customers
        self._seen = seen

    def prompt(
        self,
        leg_key: LegKey,
        amount: Amount,
        sealing_key: SealingKey,
        *,
        refund: bool = False,
        progress: Progress = unwatched,
    ) -> SimPrompt:
        self._ground.note("reader", f"asks for a card: {money(amount.cents)}")
        return SimPrompt(self._ground, self._customers, leg_key, self._seen)

    async def states(self) -> tuple[tuple[str, bool], ...]:
        return (("simulated", True),)
