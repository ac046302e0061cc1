"""A processor that keeps its duties and a ledger, behind a network that loses what a test tells it to lose."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeVar

from pos_bridge.domain.authorisation import Ask, AskRefund, Holding, No, ReceiptFacts, Unknown, Yes
from pos_bridge.domain.happening import Reversed, Standing
from pos_bridge.domain.leg import Cause, Flow
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from tests.checkout.scripted import CODE, VISA, ScriptedProcessor

_Answer = TypeVar("_Answer")


class Loss(Enum):
    """What becomes of one call."""

    NONE = "none"
    REQUEST = "request"  # it never arrives
    ANSWER = "answer"  # it is done, and nobody hears


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger holds about a key. `sale`: of a refund."""

    standing: Standing
    amount: Amount | None = None
    said: Cause | None = None
    sale: LegKey | None = None
    settled: bool = False

    @property
    def stands(self) -> bool:
        return self.standing in {Standing.AUTHORISED, Standing.CAPTURED, Standing.REFUNDED}


@dataclass
class HonestProcessor(ScriptedProcessor):
    """`losses`: of the next calls, in order; after them nothing is lost. `declines`: of the next cards, likewise.

    `day_ends_after` so many calls, once; `gone_after` so many, until it `comes_back`.
    """

    ledger: dict[LegKey, Entry] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    declines: list[bool] = field(default_factory=list)
    day_ends_after: int | None = None
    gone_after: int | None = None

    async def ready(self) -> bool:
        return self.gone_after != 0 and await super().ready()

    def meets(self, losses: list[Loss], day_ends_after: int | None, gone_after: int | None) -> None:
        """What the next calls come to."""
        self.losses, self.day_ends_after = list(losses), day_ends_after
        self.gone_after = 0 if self.gone_after == 0 else gone_after

    def comes_back(self) -> None:
        self.losses, self.gone_after = [], None

    def day_end(self) -> None:
        for key, entry in self.ledger.items():
            if entry.standing in {Standing.CAPTURED, Standing.REFUNDED}:
                self.ledger[key] = replace(entry, settled=True)

    def refunded_of(self, sale: LegKey) -> int:
        made = (entry for entry in self.ledger.values() if entry.sale == sale and entry.standing is Standing.REFUNDED)
        return sum(entry.amount.cents for entry in made if entry.amount is not None)

    async def authorise(self, ask: Ask) -> Yes | No | Unknown:
        return self._over_the_net(lambda: self._authorise(ask))

    async def capture(self, key: LegKey, amount: Amount) -> bool | Unknown:
        return self._over_the_net(lambda: self._capture(key))

    async def reverse(self, key: LegKey) -> Reversed | Unknown:
        return self._over_the_net(lambda: self._reverse(key))

    async def refund(self, ask: AskRefund) -> Yes | No | Unknown:
        return self._over_the_net(lambda: self._refund(ask))

    async def look_up(self, key: LegKey) -> Holding | Unknown:
        return self._over_the_net(lambda: self._look_up(key))

    async def receipt_facts(self, key: LegKey) -> ReceiptFacts | None:
        entry = self.ledger.get(key)
        return ReceiptFacts(CODE, VISA) if entry is not None and entry.stands else None

    def _over_the_net(self, call: Callable[[], _Answer]) -> _Answer | Unknown:
        loss = self.losses.pop(0) if self.losses else Loss.NONE
        if loss is Loss.REQUEST or self.gone_after == 0:
            return Unknown()
        answer = call()
        if self.gone_after is not None:
            self.gone_after -= 1
            loss = Loss.ANSWER if self.gone_after == 0 else loss
        if self.day_ends_after is not None:
            self.day_ends_after -= 1
            if self.day_ends_after == 0:
                self.day_end()
        return Unknown() if loss is Loss.ANSWER else answer

    def _authorise(self, ask: Ask) -> Yes | No | Unknown:
        held = self.ledger.get(ask.key)
        if held is None:
            if self.now_ms > ask.not_after_ms:
                return No(Cause.LATE)
            declined = self.declines.pop(0) if self.declines else False
            standing = Standing.CAPTURED if ask.flow is Flow.ONE_MESSAGE else Standing.AUTHORISED
            held = Entry(Standing.DECLINED, said=Cause.ISSUER) if declined else Entry(standing, ask.amount)
            self.ledger[ask.key] = held
        return _again(held)

    def _capture(self, key: LegKey) -> bool:
        held = self.ledger.get(key)
        if held is None or held.standing not in {Standing.AUTHORISED, Standing.CAPTURED}:
            return False
        self.ledger[key] = replace(held, standing=Standing.CAPTURED)
        return True

    def _reverse(self, key: LegKey) -> Reversed:
        held = self.ledger.get(key)
        if held is None:
            self.ledger[key] = Entry(Standing.TOMBSTONE)
            return Reversed(Cause.TOMBSTONED)
        if held.standing in {Standing.TOMBSTONE, Standing.DECLINED}:
            return Reversed(Cause.TOMBSTONED if held.standing is Standing.TOMBSTONE else Cause.WAS_DECLINED)
        if held.stands and (held.settled or self.refunded_of(key)):
            return Reversed(Cause.TOO_LATE)
        self.ledger[key] = replace(held, standing=Standing.REVERSED)
        return Reversed(None)

    def _refund(self, ask: AskRefund) -> Yes | No | Unknown:
        held = self.ledger.get(ask.key)
        if held is None:
            if self.now_ms > ask.not_after_ms:
                return No(Cause.LATE)
            refusal = self._refusal(ask)
            held = Entry(Standing.REFUNDED, ask.amount, sale=ask.sale_key)
            if refusal is not None:
                held = Entry(Standing.DECLINED, said=refusal)
            self.ledger[ask.key] = held
        return _again(held)

    def _refusal(self, ask: AskRefund) -> Cause | None:
        sale = self.ledger.get(ask.sale_key)
        if sale is None or sale.amount is None:
            return Cause.NOT_SEEN
        if sale.standing is not Standing.CAPTURED:
            return Cause.WRONG_STATE
        if self.refunded_of(ask.sale_key) + ask.amount.cents > sale.amount.cents:
            return Cause.EXCEEDS
        return Cause.ISSUER if self.declines and self.declines.pop(0) else None

    def _look_up(self, key: LegKey) -> Holding:
        held = self.ledger.get(key)
        return Holding(Standing.NOT_SEEN) if held is None else Holding(held.standing, held.amount)


def _again(held: Entry) -> Yes | No:
    if held.said is not None:
        return No(held.said)
    if not held.stands or held.amount is None:
        return No(Cause.PROCESSOR)  # the key was ended
    return Yes(held.amount, CODE)
