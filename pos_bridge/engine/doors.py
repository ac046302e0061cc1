"""Where tills ask, as one: opened and closed together, looked at by the hour, and left when no payment runs."""

import asyncio
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from pos_bridge.cardlink.watch import MachineWatch
from pos_bridge.checkout.lane import Lane
from pos_bridge.engine.front import Front
from pos_bridge.engine.native_front import NativeFront
from pos_bridge.ops.renewal import Renewal


@dataclass(frozen=True, slots=True)
class Doors:
    """Where tills ask: nexo, and the native API where there is one."""

    front: Front
    native: NativeFront | None

    async def open(self, stack: AsyncExitStack) -> None:
        await self.front.server.start()
        stack.push_async_callback(self.front.server.stop)
        if self.native is not None:
            await self.native.start()
            stack.push_async_callback(self.native.stop)
        stack.push_async_callback(self.front.reception.close)

    def stop_taking(self) -> None:
        self.front.server.stop_taking()
        if self.native is not None:
            self.native.stop_taking()

    def days(self) -> Mapping[str, int]:
        """How many each certificate has left."""
        native = None if self.native is None else self.native.days
        return {"nexo": self.front.days, **({} if native is None else {"native": native})}

    def look(self) -> None:
        """At the certificates."""
        self.front.look()
        if self.native is not None:
            self.native.look()


@dataclass(frozen=True, slots=True)
class Looks:
    """By the hour and when told to: at every certificate that tills and processor are shown, and at the machine."""

    doors: Doors
    renewal: Renewal
    machine: MachineWatch

    def look(self) -> None:
        """First at the start, once rooms are there: the secret page of one keeps the kernel from hibernating."""
        self.machine.is_fit()
        self.doors.look()
        self.renewal.look()

    def days(self) -> Mapping[str, int]:
        """How many each has left."""
        return {**self.doors.days(), "processor": self.renewal.days}


class Leaving:
    """Stops when no payment runs: from SIGUSR1 on, or when told to. The stack's end takes it back; the signal stays
    heard, as it would otherwise end what is stopping.
    """

    def __init__(self, lane: Lane, doors: Doors, stop: asyncio.Event, stack: AsyncExitStack) -> None:
        self._lane = lane
        self._doors = doors
        self._stop = stop
        self._waiting: asyncio.Task[None] | None = None
        self._ended = False
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self.begin)
        stack.callback(self._end)

    def begin(self) -> None:
        if self._waiting is None and not self._ended:
            self._waiting = asyncio.create_task(self._wait())

    def _end(self) -> None:
        self._ended = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def _wait(self) -> None:
        reception = self._doors.front.reception
        await self._lane.quiet()
        while reception.runs:  # a customer may be asked something before the lane hears of their payment
            await reception.quiet()
            await self._lane.quiet()
        self._doors.stop_taking()  # in the same moment: nobody begins what would then be withdrawn
        self._stop.set()
