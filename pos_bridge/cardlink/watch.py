"""The engine's eye on the machine: whether a card may be read here now, and one event when that changes.

It reads (surroundings.py), tells the log, and stops nothing but cards: cash goes on.
"""

from collections.abc import Callable
from pathlib import Path

from pos_bridge.domain.surroundings import ACCEPTABLE, Unfit
from pos_bridge.log import events
from pos_bridge.log.log import Event
from pos_bridge.surroundings import ROOT, look


class MachineWatch:
    """`accepts`: what the shop takes upon itself (`card_room.accepts`). ValueError for what nobody can accept."""

    def __init__(self, accepts: frozenset[Unfit], tell: Callable[[Event], object], root: Path = ROOT) -> None:
        if not accepts <= ACCEPTABLE:
            raise ValueError("what cannot be seen cannot be accepted")
        self._accepts = accepts
        self._tell = tell
        self._root = root
        self._told: frozenset[Unfit] = frozenset()

    def is_fit(self) -> bool:
        """As the machine is at this moment: less than half a millisecond, and it waits for nothing."""
        unfit = look(self._root) - self._accepts
        if unfit != self._told:
            self._told = unfit
            self._tell(_event(unfit))
        return not unfit


def _event(unfit: frozenset[Unfit]) -> Event:
    if not unfit:
        return events.SurroundingsFit()
    return events.SurroundingsUnfit(**{reason.value: reason in unfit for reason in Unfit})
