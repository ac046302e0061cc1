"""A world small enough to see through: a lane, a journal in memory, a processor and a reader that follow a script."""

import asyncio
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pos_bridge.checkout.identify import Consents, Identify
from pos_bridge.checkout.lane import Lane
from pos_bridge.checkout.order import fresh_salt, order_digest
from pos_bridge.checkout.parts import Parts
from pos_bridge.checkout.ports import RefundRule
from pos_bridge.checkout.settle import Settler
from pos_bridge.domain.identity import Choice
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.outcome import GiveBackAsk, RefundAsk, SaleAsk, Split
from pos_bridge.domain.points import PointsRule
from pos_bridge.log.log import Event
from pos_bridge.processor.terminal import Terminal
from tests.checkout.memory_journal import MemoryJournal
from tests.checkout.memory_vault import MemoryVault
from tests.checkout.scripted import (
    CHIP_RECEIPT,
    CODE,
    INTERAC,
    KEY,
    SEALED,
    VISA,
    ScriptedProcessor,
    ScriptedPrompt,
    ScriptedReaders,
)

__all__ = [
    "CHIP_RECEIPT",
    "CODE",
    "INTERAC",
    "KEY",
    "SEALED",
    "VISA",
    "MemoryJournal",
    "MemoryLog",
    "MemoryVault",
    "ScriptedProcessor",
    "ScriptedPrompt",
    "ScriptedReaders",
    "World",
    "ask",
    "give_back_ask",
    "refund_ask",
]


class MemoryLog:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


class World:
    """A lane with everything around it."""

    def __init__(
        self,
        processor: ScriptedProcessor | None = None,
        readers: ScriptedReaders | None = None,
        rule: PointsRule | None = None,
        without_sale: RefundRule | None = None,
    ) -> None:
        self.rule = rule
        self.without_sale = without_sale
        self.journal = MemoryJournal()
        self.vault = MemoryVault()
        self.log = MemoryLog()
        self.processor = processor or ScriptedProcessor()
        self.readers = readers or ScriptedReaders()
        self.clock_s = 1000.0
        self._outside = asyncio.all_tasks()  # of the test itself
        self.restart()

    def restart(self) -> None:
        """A new engine on the same journal."""
        self.settler = Settler(self.journal, self.processor, self.log)
        signer = Terminal(Ed25519PrivateKey.generate())
        self.parts = Parts(
            self.journal, self.readers, self.processor, signer, self.settler, self.log, 120, self.without_sale
        )
        consents = Consents("members-3", "delivery-1", "fr", lambda: datetime(2026, 11, 23, 14, 40, tzinfo=UTC))
        self.identify = Identify(self.vault, consents, self.journal, self.log, self.rule)
        self.lane = Lane(self.parts, self.identify, lambda: self.clock_s)

    async def crash(self) -> None:
        """Everything that runs stops where it stands; then a new engine on the same journal."""
        tasks = asyncio.all_tasks() - self._outside - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.restart()

    async def settled(self) -> None:
        while self.settler.busy:
            await asyncio.sleep(0.01)


def _keys(number: int, content: int, sale: int) -> TillKeys:
    return TillKeys(*(name.to_bytes(32, "big") for name in (number, content, sale)))


def ask(
    number: int = 1,
    *,
    tender: Tender = Tender.CARD,
    cents: int = 12_34,
    partial_ok: bool = False,
    content: int = 0,
    sale: int | None = None,
    choices: tuple[Choice, ...] = (),
    split: Split | None = None,
    confirm_within_s: int | None = None,
    reference: bytes | None = None,
) -> SaleAsk:
    keys, salt = _keys(number, content or number, number if sale is None else sale), fresh_salt()
    digest = order_digest(salt, b"order")
    return SaleAsk(
        keys, f"S{number}", tender, Amount(cents), partial_ok, digest, salt, choices, split, confirm_within_s, reference
    )


def refund_ask(
    number: int,
    of: LegKey | None,
    *,
    tender: Tender = Tender.CARD,
    cents: int = 12_34,
    content: int = 0,
    same: int | None = None,
) -> RefundAsk:
    keys, salt = _keys(number, content or number, same or number), fresh_salt()
    return RefundAsk(keys, f"S{number}", tender, Amount(cents), of, order_digest(salt, b"order"), salt)


def give_back_ask(
    number: int,
    of: LegKey,
    cents: int | None = None,
    *,
    void_only: bool = False,
    content: int = 0,
    same: int | None = None,
) -> GiveBackAsk:
    keys, salt = _keys(number, content or number, same or number), fresh_salt()
    amount = None if cents is None else Amount(cents)
    return GiveBackAsk(keys, f"S{number}", of, amount, void_only, order_digest(salt, b"order"), salt)
