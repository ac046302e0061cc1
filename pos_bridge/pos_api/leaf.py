"""The certificate that tills are shown: taken at the start, taken again when its file has changed, watched for its end.

A new leaf is for new connections; those that are there keep the one they began with, so no running payment is dropped.
The key of the store's authority is not on this machine: nothing here can make a certificate, only say that one is due.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from pos_bridge.config.credentials import WARN_DAYS, ends
from pos_bridge.log import events
from pos_bridge.log.log import Event, counted
from pos_bridge.pos_api.https import tls_context

_TELL_EACH = timedelta(days=1)


class _Log(Protocol):
    def emit(self, event: Event) -> None: ...


class Leaf:
    """`certificate` and `key` are PEM files. Raises OSError, ssl.SSLError or ValueError when they cannot be used.

    `context` is for the connections that begin; another leaf is in another one, whole.
    """

    def __init__(self, certificate: Path, key: Path, log: _Log, clock: Callable[[], datetime]) -> None:
        self._files = certificate, key
        self._log = log
        self._clock = clock
        self._shown = certificate.read_bytes()
        self._refused = b""
        self._ends = ends(self._shown)
        self._warned: datetime | None = None
        self.context = tls_context(certificate, key)

    def look(self) -> None:
        """Take what has changed, and say once a day that the end is near. For a signal, and for every hour."""
        self._take()
        now = self._clock()
        days = self.days
        if days < WARN_DAYS and (self._warned is None or now - self._warned >= _TELL_EACH):
            self._warned = now
            self._log.emit(events.CertificateEnding(counted(max(days, 0))))

    @property
    def days(self) -> int:
        """How many it has left; below 0 once it has ended."""
        return (self._ends - self._clock()).days

    def _take(self) -> None:
        """What cannot be used is told once and tried again (its key may come after it); the leaf in use stays."""
        certificate, key = self._files
        try:
            found = certificate.read_bytes()
        except OSError:
            return  # gone, for now: what tills are shown is in memory
        if found == self._shown:
            return
        try:
            last, context = ends(found), tls_context(certificate, key)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            last, context = self._clock(), self.context
        if last <= self._clock():
            if found != self._refused:
                self._log.emit(events.CertificateUnfit())
            self._refused = found
            return
        self._shown, self.context, self._ends, self._warned = found, context, last, None
        self._log.emit(events.CertificateTaken())
