"""All readers of a till as its checkout asks them: one prompt, every reader armed, the first card wins."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from pos_bridge.cardlink.lane import ConfiguredReader, Lane, NotRead
from pos_bridge.cardlink.program import RoomProgram
from pos_bridge.cardlink.standby import Standby
from pos_bridge.domain.card import EntryMode, ReadFailure, SealedCard
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.wire.cardlink import MAX_PROMPT_MS, Read, ReaderState
from pos_bridge.wire.locks import Lock

# A card was presented and is not taken: the cashier is told at once, whatever the other readers wait for.
_CARD_REFUSED = frozenset(
    {
        ReadFailure.CHIP_REQUIRED,
        ReadFailure.NOT_A_BANK_CARD,
        ReadFailure.UNREADABLE,
        ReadFailure.READER_IN_CLEAR,  # if it was armed: one without keys says so before it asks for a card
    }
)
# Of several readers' reasons, when none was given a card, the first of these is told.
_MOST_TELLING = (
    ReadFailure.KEY_REFUSED,
    ReadFailure.NO_CARD,  # one reader did wait to the end
    ReadFailure.READER_IN_CLEAR,
    ReadFailure.READER_STALLED,
    ReadFailure.READER_BUSY,
    ReadFailure.READER_ABSENT,
    ReadFailure.ROOM_FAULT,
    ReadFailure.ROOM_LOST,
    ReadFailure.CHIP_REQUIRED,  # these three only from a room that is not to be believed
    ReadFailure.NOT_A_BANK_CARD,
    ReadFailure.UNREADABLE,
)


class CardPrompt:
    """A checkout.ports.Prompt: all readers asked for one card. Made in a running event loop."""

    def __init__(self, asks: Sequence[asyncio.Task[SealedCard | NotRead]]) -> None:
        self._asks = asks
        self._failures: list[ReadFailure] = []
        self._answer: asyncio.Future[SealedCard | ReadFailure] = asyncio.get_running_loop().create_future()
        for ask in asks:
            ask.add_done_callback(self._take)

    async def card(self) -> SealedCard | ReadFailure:
        """The card, or why there is none. Whoever stops waiting for it withdraws it."""
        try:
            return await asyncio.shield(self._answer)
        except asyncio.CancelledError:
            self.withdraw()
            raise

    async def agree(self, approval_code: str) -> bool:  # noqa: ARG002 - for a chip, which a room does not read yet
        """True for a stripe, which has no second answer. A chip that cannot be asked has not agreed."""
        card = self._answer.result() if self._answer.done() else None
        return isinstance(card, SealedCard) and card.facts.entry_mode is not EntryMode.CHIP

    def withdraw(self) -> None:
        """No card wanted any more: NO_CARD, unless there is an answer already. Lamps go off soon."""
        self._settle(ReadFailure.NO_CARD)

    def _take(self, ask: asyncio.Task[SealedCard | NotRead]) -> None:
        if ask.cancelled():
            self._settle(ReadFailure.NO_CARD)  # withdrawn, or all rooms are being closed
            return
        if (fault := ask.exception()) is not None:
            if not self._answer.done():
                self._answer.set_exception(fault)
            return
        match ask.result():
            case SealedCard() as card:
                self._settle(card)
            case NotRead(reason, armed):
                self._failures.append(reason)
                if armed and reason in _CARD_REFUSED:
                    self._settle(reason)
                elif len(self._failures) == len(self._asks):
                    self._settle(min(self._failures, key=_MOST_TELLING.index))

    def _settle(self, answer: SealedCard | ReadFailure) -> None:
        if self._answer.done():
            return
        self._answer.set_result(answer)
        for ask in self._asks:
            ask.cancel()


class Rooms:
    """A checkout.ports.CardReaders: for each reader one card room started ahead, used once, and replaced.

    `readers`: 1 or more, names unique; `trust`: the rooms' trust file; `prompt_s`: how long a card is waited for.
    Starts nothing until `start`; `close` ends every room there is.
    """

    def __init__(
        self, readers: Sequence[ConfiguredReader], trust: Path, prompt_s: int, python: str = sys.executable
    ) -> None:
        if not readers or len({reader.name for reader in readers}) != len(readers):
            raise ValueError("a till has one reader or more, each with a name of its own")
        if not 0 < prompt_s * 1000 <= MAX_PROMPT_MS:
            raise ValueError("a prompt lasts 1 to 600 seconds")
        program = RoomProgram(trust, python)
        self._prompt_ms = prompt_s * 1000
        self._lanes = tuple(Lane(reader, Standby(program)) for reader in readers)
        self._asks: set[asyncio.Task[SealedCard | NotRead]] = set()

    async def start(self) -> dict[str, Lock | None]:
        """Start a room for each reader. Gives the locks each has in force; None: it could not be started (trust file,
        libraries, a lock refused), which the next prompt tries anew.
        """
        await asyncio.gather(*(lane.standby.ready() for lane in self._lanes))
        return {lane.reader.name: lane.standby.locks for lane in self._lanes}

    def prompt(self, leg_key: LegKey, amount: Amount, sealing_key: SealingKey) -> CardPrompt:
        """Ask all readers for one card. (A reader's lamp tells the customer to swipe again.)

        A reader that fails while another waits does not end it; a card that is read and refused does.
        """
        asks = [
            asyncio.get_running_loop().create_task(lane.read(self._read(lane.reader, leg_key, amount, sealing_key)))
            for lane in self._lanes
        ]
        for ask in asks:
            self._asks.add(ask)
            ask.add_done_callback(self._asks.discard)
        return CardPrompt(asks)

    async def states(self) -> tuple[tuple[str, bool], ...]:
        """Each reader's name and whether its device is there; as last seen for one that awaits a card."""
        states = await asyncio.gather(*(lane.state() for lane in self._lanes))
        names = (lane.reader.name for lane in self._lanes)
        return tuple((name, state is ReaderState.PRESENT) for name, state in zip(names, states, strict=True))

    async def close(self) -> None:
        """Withdraw what is asked and end all rooms; after 2 seconds of waiting by force."""
        for ask in tuple(self._asks):
            ask.cancel()
        if self._asks:
            await asyncio.wait(self._asks)
        await asyncio.gather(*(lane.close() for lane in self._lanes))

    def _read(self, reader: ConfiguredReader, leg_key: LegKey, amount: Amount, sealing_key: SealingKey) -> Read:
        return Read(
            reader.driver,
            reader.device,
            self._prompt_ms,
            leg_key.raw,
            amount.cents,
            amount.currency.value,
            sealing_key,
        )
