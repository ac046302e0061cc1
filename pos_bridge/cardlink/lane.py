"""One configured reader as the engine sees it: asked for a card, or for how it is, one thing at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pos_bridge.cardlink.chip import ChipTalk
from pos_bridge.cardlink.pcscd_log import logs_apdus
from pos_bridge.cardlink.room import Room, RoomLostError
from pos_bridge.cardlink.standby import Standby
from pos_bridge.cardlink.talk import ReadTalk
from pos_bridge.domain.card import EntryMode, ReadFailure, SealedCard
from pos_bridge.domain.chip import SecondAnswer
from pos_bridge.wire.cardlink import (
    CONVERSATION_S,
    ISSUER_S,
    SEEN_STATES,
    Issuer,
    Notice,
    Read,
    ReaderIs,
    ReaderState,
    Status,
)

_ANSWER_GRACE_S = 5.0  # past the room's own end of a wait: then it hangs
_STATUS_LIMIT_S = 5.0
_FRESH_S = 1.0  # each look costs a room, which is a new program: tills that ask again and again share one a second
_ISSUER_MARGIN_S = 5.0  # we give up the issuer while the room still waits
_LAST_WORD_S = 60.0  # scripts and the second GENERATE AC of a slow card

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class ConfiguredReader:
    """A [[reader]] of the configuration. `driver` is a name of drivers/registry.py, which only the room knows.

    A reader for chips has `emv`, the file of the terminal's data, and `pcscd`, the daemon's socket; `device` is then
    the daemon's name for it. `pin_pad`: the device of a PIN pad beside it, or empty.
    """

    name: str
    driver: str
    device: str
    emv: Path | None = None
    pcscd: Path | None = None
    pin_pad: str = ""

    def __post_init__(self) -> None:
        Status(self.driver, self.device)  # raises ValueError for what the link cannot carry
        if self.pin_pad:
            Status(self.driver, self.pin_pad)
        if (self.emv is None) != (self.pcscd is None) or (self.pin_pad and self.emv is None):
            raise ValueError("a chip reader has terminal data and a pcscd, and only such a reader has a PIN pad")

    @property
    def reads_chips(self) -> bool:
        return self.emv is not None


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why a reader gave no card. `armed`: it had asked for one, so a card may have been presented."""

    reason: ReadFailure
    armed: bool


class Lane:
    """A reader with its rooms."""

    def __init__(self, reader: ConfiguredReader, standby: Standby) -> None:
        self.reader = reader
        self.standby = standby
        self._port = asyncio.Lock()  # one room at a time: the next ask waits until the last room is gone
        self._state: ReaderState | None = None
        self._asking: asyncio.Task[ReaderState | None] | None = None
        self._fresh_until = 0.0  # by the loop's clock

    async def read(self, ask: Read, chip: ChipTalk) -> SealedCard | NotRead:
        """One card or why not. Cancelled: the room is told to finish, and the reader is free once it has.

        A chip is told of on the way, by `chip`; then this ends when the chip has said its last word.
        """
        try:
            async with self._port:
                if self.reader.pcscd is not None and logs_apdus(self.reader.pcscd):
                    return NotRead(ReadFailure.READER_LOGGED, armed=False)
                return await self._with_room(lambda room: self._converse(room, ask, chip))
        except (RoomLostError, TimeoutError):
            return NotRead(ReadFailure.ROOM_LOST, armed=False)
        finally:
            chip.end()

    async def state(self) -> ReaderState | None:
        """How the device is; as last seen while a card is awaited. None: the room could not say.

        That it is there may be a second old; that it is not is news each time, as somebody is about to mend it.
        """
        if self._asking is None and (self._port.locked() or asyncio.get_running_loop().time() < self._fresh_until):
            return self._state
        if self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._ask_state())
        return await asyncio.shield(self._asking)

    async def close(self) -> None:
        if self._asking is not None:
            await asyncio.wait({self._asking})
        await self.standby.close()

    async def _converse(self, room: Room, ask: Read, chip: ChipTalk) -> SealedCard | NotRead:
        talk = ReadTalk(ask)
        now = asyncio.get_running_loop().time
        async with asyncio.timeout(ask.prompt_ms / 1000 + _ANSWER_GRACE_S) as limit:
            self._say(room, ask)
            self.standby.prepare()  # its start falls into the time that customer and reader take
            while True:
                match talk.hear(await room.hear()):
                    case Notice.SWIPE_AGAIN:
                        chip.not_read()  # the reader's own lamp has said so too
                    case Notice.CARD_INSERTED:
                        limit.reschedule(now() + CONVERSATION_S + _ANSWER_GRACE_S)
                        chip.inserted()
                    case None:
                        self._state = ReaderState.PRESENT
                        if self._is_logged():
                            return NotRead(ReadFailure.READER_LOGGED, armed=False)
                        chip.armed()
                    case ReadFailure() as reason:
                        self._state = SEEN_STATES.get(reason, self._state)
                        return NotRead(reason, talk.armed)
                    case SealedCard() as card if card.facts.entry_mode is EntryMode.CHIP:
                        chip.sealed(card)
                        limit.reschedule(now() + ISSUER_S - _ISSUER_MARGIN_S)
                        self._say(room, Issuer(await chip.issuer))
                        limit.reschedule(now() + _LAST_WORD_S)
                    case SealedCard() as card:
                        return card
                    case SecondAnswer() as said:
                        chip.end(said)
                        return NotRead(ReadFailure.NO_CARD, talk.armed)

    def _is_logged(self) -> bool:
        """Looked at once more when the reader is armed. A pcscd that a supervisor starts for its first client, as on
        Debian, was not there before; and if it is started anew after this, the room has lost it.
        """
        return self.reader.pcscd is not None and logs_apdus(self.reader.pcscd, in_use=True)

    async def _ask_state(self) -> ReaderState | None:
        try:
            async with self._port:
                self._state = await self._with_room(self._converse_state)
            if self._state is ReaderState.PRESENT:
                self._fresh_until = asyncio.get_running_loop().time() + _FRESH_S
        except (RoomLostError, TimeoutError):
            self._state = None
        finally:
            self._asking = None
        return self._state

    async def _converse_state(self, room: Room) -> ReaderState:
        async with asyncio.timeout(_STATUS_LIMIT_S):
            self._say(room, Status(self.reader.driver, self.reader.device))
            match await room.hear():
                case ReaderIs(state):
                    return state
                case _:
                    raise RoomLostError

    async def _with_room(self, converse: Callable[[Room], Awaitable[_Answer]]) -> _Answer:
        room = await self.standby.take()
        try:
            return await converse(room)
        except (RoomLostError, TimeoutError):
            room.kill()
            raise
        finally:
            self.standby.release(room)

    @staticmethod
    def _say(room: Room, ask: Read | Status | Issuer) -> None:
        if not room.silent():
            raise RoomLostError  # it spoke before it was asked
        room.say(ask)
