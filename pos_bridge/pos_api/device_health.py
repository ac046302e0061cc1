"""How the devices around the till are: told to the log when one begins to fail, once until it works again.

Not for every message: a line for each would say when something was sold.
"""

from typing import Protocol

from pos_bridge.domain.device import DeviceFault, DeviceKind
from pos_bridge.log import events
from pos_bridge.log.log import Event


class _Log(Protocol):
    def emit(self, event: Event) -> None: ...


class DeviceHealth:
    """Without a log, nobody is told."""

    def __init__(self, log: _Log | None = None) -> None:
        self._log = log
        self._failing: set[DeviceKind] = set()

    def note(self, device: DeviceKind, fault: DeviceFault | None) -> None:
        if fault is None:
            self._failing.discard(device)
        elif device not in self._failing:
            self._failing.add(device)
            if self._log is not None:
                self._log.emit(events.DeviceFailed(device, fault))
