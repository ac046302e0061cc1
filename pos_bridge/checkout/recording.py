"""Whether the journal takes what a lane asks of it, for its health."""

from pos_bridge.checkout.ports import Journal, Logbook
from pos_bridge.domain.outcome import NotRecordable
from pos_bridge.log import events


class Recording:
    """The journal's own word covers its writes; here a failed read counts too, until something was written."""

    def __init__(self, journal: Journal, log: Logbook) -> None:
        self._journal = journal
        self._log = log
        self._failed = False

    @property
    def works(self) -> bool:
        return self._journal.writable and not self._failed

    def failed(self) -> NotRecordable:
        self._failed = True
        self._log.emit(events.JournalUnwritable())
        return NotRecordable()

    def worked(self) -> None:
        self._failed = False
