"""pcscd for one simulated store: started, restarted and ended, and the cards that lie in its two virtual slots.

The real pcscd, in a network and with mounts of its own (pcscd_room.py), so that it meets neither the system's pcscd nor
another store's. All of it ends with the store. No card data passes here.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from hw_sim.chip.pcscd_room import PORTS
from hw_sim.chip.slot import Slotted
from hw_sim.disk import private_folder
from hw_sim.store import readiness
from hw_sim.store.child import Child
from hw_sim.unix_path import short_address

SOCKET = "pcscd.comm"
SLOTS = tuple(f"Virtual PCD 00 {slot:02}" for slot in range(len(PORTS)))  # as pcscd names them
_LONGEST_PATH = 107  # of a unix socket
_START_LIMIT_S = 15.0
_SEEN_LIMIT_S = 10.0  # the reader looks every 0.4 s
_PATIENCE_S = 2.0
_CHECK_S = 0.01


class PcscdFailedError(Exception):
    """pcscd or a card did not start. The message is for whoever wanted it."""


class Pcscd:
    """`world`: where its socket is, if the path is short enough for one, and where it says why it failed."""

    def __init__(self, world: Path) -> None:
        self._world = world
        self._output = world / "pcscd.output"
        near = private_folder(world / "pcscd")
        fits = len(os.fsencode(near / SOCKET)) <= _LONGEST_PATH
        self._folder = near if fits else Path(tempfile.mkdtemp(prefix="pos-bridge-sim-"))
        self._child: Child | None = None
        self._cards: dict[int, Child] = {}
        self.log_apdus = False

    @property
    def socket(self) -> Path:
        return self._folder / SOCKET

    @property
    def pid(self) -> int | None:
        """Of the pcscd that runs."""
        return self._child.pid if self._child is not None and self._child.exit_code is None else None

    @property
    def pids(self) -> set[int]:
        """Every process of this room."""
        return {child.pid for child in (self._child, *self._cards.values()) if child is not None}

    async def start(self) -> None:
        """Returns when it can be connected to. Does nothing while it runs. Raises PcscdFailedError."""
        if self.pid is not None:
            return
        for stale in self._folder.iterdir():
            stale.unlink()
        words = (str(os.getpid()), os.fspath(self._folder), *(("--apdu",) if self.log_apdus else ()))
        command = (sys.executable, "-P", "-m", "hw_sim.chip.pcscd_room", *words)
        child = self._child = await Child.start(command, output=self._output, folder=self._world)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_LIMIT_S):
                while child.exit_code is None and not self._answers():  # noqa: ASYNC110 - nothing tells of it
                    await asyncio.sleep(_CHECK_S)
        if not self._answers():
            await self.stop()
            raise PcscdFailedError(child.message or "pcscd did not start and said nothing")

    async def stop(self) -> None:
        """Take the cards out and end it."""
        for slot in tuple(self._cards):
            await self.remove(slot)
        if self._child is not None:
            await self._child.end(_PATIENCE_S)
            self._child = None

    async def close(self) -> None:
        """Stop, and leave nothing outside the store's folder."""
        await self.stop()
        if self._folder.parent != self._world:
            shutil.rmtree(self._folder)

    def has(self, slot: int) -> bool:
        """Whether a card was inserted there and not taken out: it may have pulled itself."""
        return slot in self._cards

    async def insert(self, slot: int, slotted: Slotted) -> None:
        """Returns when the reader has seen the card. Raises PcscdFailedError."""
        if self.pid is None:
            raise PcscdFailedError("pcscd is stopped; `pcscd DIR start` starts it")
        before = self._cards.get(slot)
        if before is not None and before.exit_code is None:
            raise PcscdFailedError("a card is in that reader; `card DIR remove` takes it out")
        command = (sys.executable, "-P", "-m", "hw_sim.chip.slot", str(self.pid), str(slot), str(slotted))
        with readiness.listen() as ear:
            output = self._world / f"slot-{slot}.output"
            environment = {"NOTIFY_SOCKET": ear.address}
            child = await Child.start(command, output=output, folder=self._world, environment=environment)
            self._cards[slot] = child
            seen, ended = asyncio.create_task(ear.ready()), asyncio.create_task(child.wait())
            try:
                await asyncio.wait({seen, ended}, timeout=_SEEN_LIMIT_S, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (seen, ended):
                    task.cancel()
                await asyncio.gather(seen, ended, return_exceptions=True)
        if seen.cancelled():
            raise PcscdFailedError(await self.remove(slot) or "the reader did not look at the card")

    async def remove(self, slot: int) -> str:
        """Take the card out, if one is there. Gives what it told: a recorded card's surprises."""
        child = self._cards.pop(slot, None)
        if child is None:
            return ""
        await child.kill()
        return child.message

    def _answers(self) -> bool:
        try:
            with short_address(self._folder, SOCKET) as address, socket.socket(socket.AF_UNIX) as probe:
                probe.connect(address)
        except OSError:
            return False
        return True
