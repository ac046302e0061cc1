"""The certificate that tills are shown: taken at the start, taken again when its file has changed, watched for its end.

A new leaf is for new connections; those that are there keep the one they began with, so no running payment is dropped.
The key of the store's authority is not on this machine: nothing here can make a certificate, only say that one is due.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from pos_bridge import events
from pos_bridge.credentials import WARN_DAYS, ends
from pos_bridge.log import Event, counted
from pos_bridge.pos_api.https import show, tls_context

_TELL_EACH = timedelta(days=1)


class _Log(Protocol):
    def emit(self, event: Event) -> None: ...


class Leaf:
    """`certificate` and `key` are PEM files. Raises OSError, ssl.SSLError or ValueError when they cannot be used.

    `context` stays the same object when another leaf is taken.
    """

    def __init__(self, certificate: Path, key: Path, log: _Log, clock: Callable[[], datetime]) -> None:
        self._files = certificate, key
        self._log = log
        self._clock = clock
        self._seen = certificate.read_bytes()
        self._ends = ends(self._seen)
        self._warned: datetime | None = None
        self.context = tls_context(certificate, key)

    def look(self) -> None:
        """Take what has changed, and say once a day that the end is near. For a signal, and for every hour."""
        self._take()
        now = self._clock()
        days = (self._ends - now).days
        if days < WARN_DAYS and (self._warned is None or now - self._warned >= _TELL_EACH):
            self._warned = now
            self._log.emit(events.CertificateEnding(counted(max(days, 0))))

    def _take(self) -> None:
        """What cannot be used is told once, and the leaf that is there stays."""
        certificate, key = self._files
        try:
            found = certificate.read_bytes()
        except OSError:
            return  # gone, for now: what tills are shown is in memory
        if found == self._seen:
            return
        self._seen = found
        last = _end_of_pair(found, certificate, key)
        if last is None or last <= self._clock():
            self._log.emit(events.CertificateUnfit())
            return
        show(self.context, certificate, key)
        self._ends, self._warned = last, None
        self._log.emit(events.CertificateTaken())


def _end_of_pair(pem: bytes, certificate: Path, key: Path) -> datetime | None:
    """When the leaf ends; None where the two files are no pair. Tried apart, or a wrong pair would be half taken."""
    try:
        tls_context(certificate, key)
        return ends(pem)
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        return None
