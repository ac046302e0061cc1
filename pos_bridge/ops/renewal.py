"""The certificate that the processor is shown, kept fresh while the engine sells: renewed, taken, watched for its end.

A new pair is shown to the processor first, then written, then used; the one before stays in use until then, and on
disk. So nothing that goes wrong here costs a sale, and a crash at any point leaves one whole pair in the file.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cryptography import x509

from pos_bridge.config import credentials
from pos_bridge.config.credentials import WARN_DAYS
from pos_bridge.config.devices import Address
from pos_bridge.config.settings import Config, ConfigError
from pos_bridge.domain.enrolment import EnrolError, EnrolFault
from pos_bridge.log import events
from pos_bridge.log.log import Event, counted
from pos_bridge.ops import enrol, est
from pos_bridge.pair import Pair
from pos_bridge.processor.channel import Credentials
from pos_bridge.storage.disk import write_private

_TELL_EACH = timedelta(days=1)


class Processor(Protocol):
    async def take(self, credentials: Credentials, keep: Callable[[], None]) -> bool: ...

    def reachable(self) -> bool: ...

    def time(self) -> datetime | None: ...


class _Log(Protocol):
    def emit(self, event: Event) -> None: ...


class Renewal:
    """`look` begins a round in the background, if none runs; `close` ends it. `given`: what the engine began with.

    A round never raises and awaits nothing but the network.
    """

    def __init__(
        self,
        config: Config,
        given: credentials.Credentials,
        processor: Processor,
        log: _Log,
        clock: Callable[[], datetime],
    ) -> None:
        self._config = config
        self._processor = processor
        self._log = log
        self._clock = clock
        self._pair = Pair.read(given.certificate, given.key)
        self._roots = given.ca
        self._coming: Pair | None = None  # issued, and neither shown nor written yet
        self._told: dict[object, datetime] = {}
        self._round: asyncio.Task[None] | None = None

    def look(self) -> None:
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._look())

    async def close(self) -> None:
        if self._round is not None:
            self._round.cancel()
            await asyncio.gather(self._round, return_exceptions=True)

    @property
    def days(self) -> int:
        """How many the certificate in use has left, 0 to 999."""
        return counted(max((self._pair.ends - self._now).days, 0))

    async def _look(self) -> None:
        await self._telling(self._take_files)
        await self._telling(self._renew)
        if self._url is None and self.days < WARN_DAYS:
            self._tell_once(events.TillCertificateEnding, events.TillCertificateEnding(self.days))

    async def _telling(self, step: Callable[[], Awaitable[None]]) -> None:
        fault = EnrolFault.UNWRITABLE
        try:
            await step()
        except EnrolError as error:
            fault = error.fault
        except ConfigError:
            fault = EnrolFault.KEY_UNUSABLE
        except OSError:
            pass  # a disk that takes nothing
        else:
            return
        self._tell_once(fault, events.RenewalFailed(fault, self.days))

    async def _take_files(self) -> None:
        """What somebody has put there since: by `pos-bridge enrol`, or a bundle of authorities.

        EnrolError, ConfigError.
        """
        found = credentials.processor_pair(self._config)
        try:
            roots = self._config.path(self._config.processor.ca).read_bytes()
        except OSError:
            raise EnrolError(EnrolFault.AUTHORITY_MISMATCH) from None
        if found.leaf == self._pair.leaf and roots == self._roots:
            return
        if found.ends <= self._now:
            raise EnrolError(EnrolFault.ENDED)
        with suppress(ValueError):
            if est.authorities(x509.load_pem_x509_certificates(roots)):
                await self._use(found, roots)
                return
        raise EnrolError(EnrolFault.AUTHORITY_MISMATCH)

    async def _renew(self) -> None:
        """If it is time, whatever lies in the file by then. What was issued is kept until it is taken, so that the
        server is asked for one only.
        """
        if self._url is None or self._now < self._pair.renew_from:
            return
        if self._pair.ends <= self._now:
            raise EnrolError(EnrolFault.ENDED)
        secret = credentials.enrolment_secret(self._config)
        if self._coming is None:
            roots = self._authorities_of_the_server()
            self._coming = await enrol.enrol_again(Address.parse(self._url), self._pair, roots)
        coming = self._coming
        if coming.ends <= self._now:
            self._coming = None
            raise EnrolError(EnrolFault.ENDED)
        file = self._config.path(self._config.processor.key)
        await self._use(coming, self._roots, lambda: write_private(file, coming.file(secret)))
        self._coming = None

    def _authorities_of_the_server(self) -> tuple[x509.Certificate, ...]:
        """Its own, as they lie there now, or the processor's, as they are in force. EnrolError."""
        own = self._config.own_enrolment_ca
        try:
            pem = self._roots if own is None else own.read_bytes()
            found = est.authorities(x509.load_pem_x509_certificates(pem))
        except (OSError, ValueError):
            found = ()
        if not found:
            raise EnrolError(EnrolFault.AUTHORITY_MISMATCH)
        return found

    async def _use(self, pair: Pair, roots: bytes, keep: Callable[[], None] = lambda: None) -> None:
        """EnrolError: the processor did not answer to it. OSError: it could not be kept, and is not used."""
        shown = Credentials(roots, pair.chain_pem, pair.key_pem)
        reached = self._processor.reachable()
        if not await self._processor.take(shown, keep):
            raise EnrolError(EnrolFault.NOT_TAKEN if reached else EnrolFault.UNREACHABLE)
        self._pair, self._roots = pair, roots
        self._told.clear()
        self._log.emit(events.TillCertificateTaken(self.days))

    @property
    def _url(self) -> str | None:
        return None if self._config.enrolment is None else self._config.enrolment.url

    @property
    def _now(self) -> datetime:
        """The processor's time where it is known: a till's own clock is set by hand."""
        return self._processor.time() or self._clock().astimezone(UTC)

    def _tell_once(self, what: object, event: Event) -> None:
        """A day, each."""
        told, now = self._told.get(what), self._clock()
        if told is None or now - told >= _TELL_EACH:
            self._told[what] = now
            self._log.emit(event)
