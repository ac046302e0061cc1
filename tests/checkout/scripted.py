"""A reader and a processor that follow a script, whatever they are asked."""

import asyncio
from dataclasses import dataclass, field
from typing import TypeVar

from pos_bridge.domain.authorisation import Ask, AskRefund, HeldLeg, Holding, No, ReceiptFacts, Unknown, Yes
from pos_bridge.domain.card import SEALED_LENGTH, Brand, CardFacts, EntryMode, ReadFailure, SealedByRoom, SealedCard
from pos_bridge.domain.chip import ChipReceipt, HostWord, IssuerAnswer, SecondAnswer, Verified
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.progress import Progress, unwatched
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.domain.session import Trust

VISA = CardFacts(Brand.VISA, 5119, EntryMode.MAGSTRIPE)
SEALED = SealedCard(VISA, SealedByRoom(bytes(8), bytes(SEALED_LENGTH)))
INTERAC = SealedCard(CardFacts(Brand.INTERAC, 6933, EntryMode.CHIP), SealedByRoom(bytes(8), bytes(SEALED_LENGTH)))
KEY = SealingKey(bytes(8), 1, 4_000_000_000, bytes(1216), bytes(64))
CODE = "A1B2C3"
CHIP_RECEIPT = ChipReceipt(bytes.fromhex("A0000000031010"), bytes(5), bytes.fromhex("F800"), Verified.NOT_AT_ALL)

_Answer = TypeVar("_Answer")


class ScriptedPrompt:
    """`agrees` is what the chip says to an approval; `told`, each answer of the issuer that it was given.

    `silent`: it was pulled, and nobody notices. `unfit`: the machine became so, and its room was ended.
    """

    def __init__(self, *, agrees: bool = True, refund: bool = False) -> None:
        self.answer: asyncio.Future[SealedCard | ReadFailure] = asyncio.get_running_loop().create_future()
        self.agrees = agrees
        self.refund = refund
        self.silent = self.unfit = False
        self.withdrawn = False
        self.told: list[IssuerAnswer] = []

    async def card(self) -> SealedCard | ReadFailure:
        return await self.answer

    async def second_answer(self, issuer: IssuerAnswer) -> SecondAnswer | ReadFailure:
        self.told.append(issuer)
        if self.silent:
            await asyncio.get_running_loop().create_future()
        if self.unfit:
            return ReadFailure.SURROUNDINGS
        return SecondAnswer(self.agrees and issuer.word is HostWord.APPROVED, CHIP_RECEIPT)

    def withdraw(self) -> None:
        self.withdrawn = True
        self.give(ReadFailure.NO_CARD)

    def give(self, card: SealedCard | ReadFailure) -> None:
        if not self.answer.done():
            self.answer.set_result(card)


class ScriptedReaders:
    """Gives `card` at once, or leaves the prompt waiting when it is None."""

    def __init__(self, card: SealedCard | ReadFailure | None = SEALED, *, agrees: bool = True) -> None:
        self.card = card
        self.agrees = agrees
        self.prompts: list[ScriptedPrompt] = []

    def prompt(
        self,
        leg_key: LegKey,
        amount: Amount,
        sealing_key: SealingKey,
        *,
        refund: bool = False,
        progress: Progress = unwatched,
    ) -> ScriptedPrompt:
        prompt = ScriptedPrompt(agrees=self.agrees, refund=refund)
        if self.card is not None:
            prompt.give(self.card)
        self.prompts.append(prompt)
        return prompt

    async def states(self) -> tuple[tuple[str, bool], ...]:
        return (("scripted", True),)


@dataclass
class ScriptedProcessor:
    """Answers from lists (the last one for ever); remembers what it was asked. A `gate` holds up what is `gated`."""

    answers: list[Yes | No | Unknown] = field(default_factory=lambda: [Yes(Amount(12_34), CODE)])
    captures: list[bool | Unknown] = field(default_factory=lambda: [True])
    reversals: list[Reversed | Unknown] = field(default_factory=lambda: [Reversed(None)])
    refunds: list[Yes | No | Unknown] | None = None  # None: whatever is asked is given back
    look_ups: list[Holding | Unknown] = field(default_factory=lambda: [Holding(Standing.NOT_SEEN)])
    held: list[HeldLeg] | None = field(default_factory=list)
    is_ready: bool = True
    trusted: Trust = Trust.TRUSTED
    days: int = 200
    asked: list[Ask] = field(default_factory=list)
    reversed: list[LegKey] = field(default_factory=list)
    captured: list[LegKey] = field(default_factory=list)
    refunded: list[AskRefund] = field(default_factory=list)
    looked_up: list[LegKey] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    gated: bool = False
    now_ms: int = 1_000_000

    async def ready(self) -> bool:
        return self.is_ready and self.trusted is not Trust.ROLLED_BACK

    def sealing_key(self) -> SealingKey:
        return KEY

    def not_after_ms(self, seconds: int) -> int:
        return self.now_ms + seconds * 1000

    async def authorise(self, ask: Ask) -> Yes | No | Unknown:
        self.asked.append(ask)
        if self.gated:
            await self.gate.wait()
        return _next(self.answers)

    async def capture(self, key: LegKey, amount: Amount) -> bool | Unknown:
        self.captured.append(key)
        return _next(self.captures)

    async def reverse(self, key: LegKey) -> Reversed | Unknown:
        self.reversed.append(key)
        return _next(self.reversals)

    async def refund(self, ask: AskRefund) -> Yes | No | Unknown:
        self.refunded.append(ask)
        return Yes(ask.amount, CODE) if self.refunds is None else _next(self.refunds)

    async def look_up(self, key: LegKey) -> Holding | Unknown:
        self.looked_up.append(key)
        return _next(self.look_ups)

    async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
        return Unknown() if self.held is None else tuple(leg for leg in self.held if leg.begun_ms >= begun_ms)

    def trust(self) -> Trust:
        return self.trusted

    def keeps_days(self) -> int:
        return self.days

    def reachable(self) -> bool:
        return self.is_ready

    async def receipt_facts(self, key: LegKey) -> ReceiptFacts | None:
        return ReceiptFacts(CODE, VISA) if self.is_ready else None


def _next(script: list[_Answer]) -> _Answer:
    return script.pop(0) if len(script) > 1 else script[0]
