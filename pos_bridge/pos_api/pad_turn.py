"""What is being asked on the one pad of this terminal, whichever till asked for it. Holds no text of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pos_bridge.domain.device import Answer
from pos_bridge.wire.nexo.request import MessageHeader


@dataclass(slots=True, repr=False)
class Asked:
    """`header`: of the Input that asks; None where this terminal does. `poi`: TillKeyMaker.poi of who asked.

    `name`: the till's own name of the request that it is asked for.
    `holds`: it is on a reader's own pad, so that no payment begins meanwhile.
    """

    task: "asyncio.Task[Answer]"
    header: MessageHeader | None
    poi: bytes
    name: str | None
    holds: bool = False
    withdrawn: bool = False


class PadTurn:
    """One question at a time, for all credentials."""

    def __init__(self) -> None:
        self.asked: Asked | None = None
        self._announced: list[str] = []

    @contextmanager
    def announced(self, name: str) -> Iterator[None]:
        """No payment begins although that request's question is not on the pad yet: it will be, in a later turn."""
        self._announced.append(name)
        try:
            yield
        finally:
            self._announced.remove(name)

    @property
    def holder(self) -> str | None:
        """The name of the request that a payment has to wait for, if there is one."""
        if self.asked is not None and self.asked.holds:
            return self.asked.name
        return self._announced[0] if self._announced else None
