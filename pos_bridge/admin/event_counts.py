"""How often each event was logged, as a monitor may be told.

A monitor asks every few seconds, so whatever changes with a sale would tell when that sale was. Events are counted at
once only where no sale can cause them; every other one when its hour is over.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from pos_bridge.admin.metrics import Family, counter, labelled
from pos_bridge.log import events
from pos_bridge.log.events import EVENTS
from pos_bridge.log.log import Event
from pos_bridge.words import Words

# No sale causes these, or the hour at which they are told is none that a sale set.
AT_ONCE: frozenset[type[Event]] = frozenset(
    {
        events.EngineStarted,
        events.EngineStopping,
        events.AdminDenied,
        events.ConnectionUnexpected,
        events.ConnectionsDenied,
        events.CertificateEnding,
        events.CertificateTaken,
        events.CertificateUnfit,
        events.TillCertificateTaken,
        events.TillCertificateEnding,
        events.RenewalFailed,
        events.IdentityDropped,
        events.TillNotTold,
    }
)


class EventCounts:
    """How often each event was logged. `hear` is a tap of the log's; it never raises."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._told: Counter[type[Event]] = Counter()
        self._of_this_hour: Counter[type[Event]] = Counter()
        self._hour = _hour(clock())

    def hear(self, event: Event) -> None:
        self._turn()
        kind = type(event)
        (self._told if kind in AT_ONCE else self._of_this_hour)[kind] += 1

    def family(self) -> Family:
        """Each event there is: one that never came is 0, so that its first is a change."""
        self._turn()
        said = Words(
            "Événements écrits depuis le démarrage; ceux qu'un paiement peut causer, une fois leur heure finie",
            "Events logged since the start; those that a sale can cause, once their hour is over",
        )
        return counter("events", said, labelled("event", {kind.__name__: self._told[kind] for kind in EVENTS}))

    def _turn(self) -> None:
        """A clock that is set back ends no hour."""
        hour = _hour(self._clock())
        if hour > self._hour:
            self._told.update(self._of_this_hour)
            self._of_this_hour.clear()
        self._hour = max(hour, self._hour)


def _hour(now: datetime) -> int:
    return int(now.astimezone(UTC).timestamp()) // 3600
