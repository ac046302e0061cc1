"""All readers of a till as its checkout asks them: one prompt, every reader armed, the first card wins."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from pos_bridge.cardlink.activated import RoomSockets
from pos_bridge.cardlink.lane import ConfiguredReader, Lane, NotRead
from pos_bridge.cardlink.program import RoomProgram
from pos_bridge.cardlink.prompt import CardPrompt
from pos_bridge.cardlink.standby import RoomSource, Standby
from pos_bridge.clock import now
from pos_bridge.domain.card import ReadFailure, SealedCard
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.progress import Progress, unwatched
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.wire.cardlink import MAX_PROMPT_MS, Read, ReaderState
from pos_bridge.wire.locks import Lock


def _tell_nobody(_: ReadFailure) -> None:
    pass


class Rooms:
    """A checkout.ports.CardReaders: for each reader one card room started ahead, used once, and replaced.

    `readers`: 1 or more, names unique; `trust`: the rooms' trust file; `prompt_s`: how long a card is waited for;
    `sockets`: where systemd hands out rooms, which then have a trust file of their own (None: they are our children);
    `is_fit`: whether a card may be read on this machine now (cardlink/watch.py).
    `clock`: the store's own time, which a chip is told. `on_failure` is told why a reader gave no card to a prompt that
    went on without it; the reason that ends a prompt is the prompt's own answer.
    Starts nothing until `start`; `close` ends every room there is.
    """

    def __init__(
        self,
        readers: Sequence[ConfiguredReader],
        trust: Path,
        prompt_s: int,
        python: str = sys.executable,
        clock: Callable[[], datetime] = now,
        *,
        is_fit: Callable[[], bool],
        sockets: RoomSockets | None = None,
        on_failure: Callable[[ReadFailure], object] = _tell_nobody,
    ) -> None:
        if not readers or len({reader.name for reader in readers}) != len(readers):
            raise ValueError("a till has one reader or more, each with a name of its own")
        if not 0 < prompt_s * 1000 <= MAX_PROMPT_MS:
            raise ValueError("a prompt lasts 1 to 600 seconds")
        self._clock = clock
        self._on_failure = on_failure
        self._is_fit = is_fit
        self._prompt_ms = prompt_s * 1000

        def source(reader: ConfiguredReader) -> RoomSource:
            if sockets is not None:
                return sockets.of(chips=reader.reads_chips)
            return RoomProgram(trust, python, reader.emv, reader.pcscd)

        self._lanes = tuple(Lane(reader, Standby(source(reader))) for reader in readers)
        self._asks: set[asyncio.Task[SealedCard | NotRead]] = set()

    async def start(self) -> dict[str, Lock | None]:
        """Start a room for each reader. Gives the locks each has in force; None: it could not be started (trust file,
        libraries, a lock refused), which the next prompt tries anew.
        """
        await asyncio.gather(*(lane.standby.ready() for lane in self._lanes))
        return {lane.reader.name: lane.standby.locks for lane in self._lanes}

    def prompt(
        self,
        leg_key: LegKey,
        amount: Amount,
        sealing_key: SealingKey,
        *,
        refund: bool = False,
        progress: Progress = unwatched,
    ) -> CardPrompt:
        """Ask all readers for one card. (A reader's lamp tells the customer to swipe again.)

        A reader that fails while another waits does not end it; a card that is read and refused does.
        """
        local_time = int(f"{self._clock():%y%m%d%H%M%S}")

        def read(lane: Lane, prompt_ms: int, fallback: bool) -> Read:  # noqa: FBT001 - a prompt's one use of it
            return Read(
                lane.reader.driver,
                lane.reader.device,
                prompt_ms,
                leg_key.raw,
                amount.cents,
                amount.currency.value,
                sealing_key,
                local_time,
                refund=refund,
                fallback=fallback,
                pin_pad=lane.reader.pin_pad,
            )

        return CardPrompt(
            self._lanes, read, self._prompt_ms, self._keep, self._on_failure, is_fit=self._is_fit, progress=progress
        )

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

    def _keep(self, ask: asyncio.Task[SealedCard | NotRead]) -> None:
        self._asks.add(ask)
        ask.add_done_callback(self._asks.discard)
