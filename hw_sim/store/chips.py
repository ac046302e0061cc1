"""The chip readers on the counter of one store: pcscd, its slots by the readers' names, and a PIN pad beside each.

A store without a chip reader has none of it, and starts nothing for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hw_sim.chip.fault import faults
from hw_sim.chip.pcscd import SLOTS, Pcscd
from hw_sim.chip.profile import CHIP_CARDS, Oda
from hw_sim.chip.replay import recording_in
from hw_sim.chip.slot import Slotted
from hw_sim.disk import private_folder
from hw_sim.readers.key_state import KeyState, KeyStateError
from hw_sim.readers.pin_pad import PinPad
from hw_sim.readers.rack import NoReaderError

_LOGS = {"log": True, "silent": False}


@dataclass(frozen=True, slots=True)
class ChipReader:
    """`pad` None: none beside it."""

    name: str
    slot: int
    pad: PinPad | None

    @property
    def device(self) -> str:
        """What pcscd calls it."""
        return SLOTS[self.slot]


def pad_name(reader: str) -> str:
    """The PIN pad's of that reader: pin_pad, pin_pad-2, ..."""
    return reader.replace("chip", "pin_pad", 1)


class Chips:
    """`names`: of the readers, at most one for each slot."""

    def __init__(
        self, names: Sequence[str], world: Path, devices: Path, state_of: Callable[[str], Path], *, pads: bool
    ) -> None:
        """`devices`: where the pads are plugged in; `state_of`: the file with a pad's keys. Raises NoReaderError."""
        self._memories = private_folder(world / "chips")
        self.changing = asyncio.Lock()  # held while processes come: the engine's end must not mistake them for its own
        self.readers: dict[str, ChipReader] = {}
        pad, state = "", world
        try:
            for slot, name in enumerate(names):
                pad = pad_name(name)
                state = state_of(pad)
                self.readers[name] = ChipReader(
                    name, slot, PinPad(pad, devices / pad, KeyState(state)) if pads else None
                )
        except KeyStateError as error:
            self._unplug()
            raise NoReaderError(f"{state}: {error}") from None
        self.pcscd = Pcscd(world)

    def get(self, name: str | None) -> ChipReader:
        """The reader of that name, or the first one. Raises NoReaderError."""
        if name is None:
            return next(iter(self.readers.values()))
        if name not in self.readers:
            raise NoReaderError(f"no chip reader {name} in this store; there is {', '.join(self.readers)}")
        return self.readers[name]

    async def insert(self, reader: str | None, card: str, words: Sequence[str], oda: str | None, *, t0: bool) -> None:
        """Returns when the reader has seen the card. Raises NoReaderError, ValueError, PcscdFailedError."""
        if card not in CHIP_CARDS:
            raise ValueError(f"no chip card of that name; there is {', '.join(CHIP_CARDS)}")
        faults(words)
        if oda is not None and oda not in {each.value for each in Oda}:
            raise ValueError(f"no way of authentication {oda}; there is {', '.join(each.value for each in Oda)}")
        memory = self._memories / f"{card}.json"
        slotted = Slotted(card, str(memory), tuple(words), oda, t0)
        async with self.changing:
            await self.pcscd.insert(self.get(reader).slot, slotted)

    async def replay(self, reader: str | None, file: Path, *, t0: bool) -> None:
        """Insert a recorded card. Raises NoReaderError, RecordingError, OSError, PcscdFailedError."""
        recording_in(file)
        async with self.changing:
            await self.pcscd.insert(self.get(reader).slot, Slotted(None, str(file), t0=t0))

    async def change_pcscd(self, action: str) -> None:
        """`start`, `stop`; `log` and `silent` restart it with and without a log of what passes. Cards come out."""
        async with self.changing:
            if action != "start":
                await self.pcscd.stop()
            if action in _LOGS:
                self.pcscd.log_apdus = _LOGS[action]
            if action != "stop":
                await self.pcscd.start()

    async def remove(self, reader: str | None) -> str | None:
        """Take the card out. Gives what it told; None where there was none. Raises NoReaderError."""
        slot = self.get(reader).slot
        return await self.pcscd.remove(slot) if self.pcscd.has(slot) else None

    async def enter_pin(
        self, reader: str | None, pin: str | None, wait_s: float, still_there: Callable[[], bool]
    ) -> bool:
        """At the PIN pad beside that reader. Raises NoReaderError, ValueError."""
        pad = self.get(reader).pad
        if pad is None:
            raise NoReaderError("there is no PIN pad in this store; start it without --no-pin-pad")
        return await pad.enter(pin, wait_s, still_there)

    async def close(self) -> None:
        await self.pcscd.close()
        self._unplug()

    def _unplug(self) -> None:
        for reader in self.readers.values():
            if reader.pad is not None:
                reader.pad.close()
