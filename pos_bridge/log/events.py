"""Every event that this program can log. docs/events lists them; a test compares the two."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from pos_bridge.domain.card import ReadFailure
from pos_bridge.domain.connection import Way, Where, Who
from pos_bridge.domain.device import DeviceFault, DeviceKind
from pos_bridge.domain.enrolment import EnrolFault
from pos_bridge.domain.identity import VaultFault
from pos_bridge.domain.leg import Cause
from pos_bridge.domain.trouble import Trouble
from pos_bridge.log.log import Event, Severity, closed_set


class Operation(Enum):
    """A call to the processor."""

    OPEN_SESSION = 1
    SEALING_KEYS = 2
    AUTHORISE = 3
    CAPTURE = 4
    REVERSE = 5
    LOOK_UP = 6
    REFUND = 7
    RECONCILE = 8


@dataclass(frozen=True, slots=True)
class EngineStarted(Event):
    """Ready for tills. `unsettled`: legs of an earlier run that are being settled now."""

    unsettled: int


@dataclass(frozen=True, slots=True)
class EngineStopping(Event):
    pass


@dataclass(frozen=True, slots=True)
class SessionOpened(Event):
    pass


@dataclass(frozen=True, slots=True)
class SessionRefused(Event):
    """The processor saw journal rows that this till does not have: card sales stop until a person decides."""

    severity: ClassVar[Severity] = Severity.ALARM


@dataclass(frozen=True, slots=True)
class LedgerReplaced(Event):
    """The processor's ledger is another one than before: legs that were open are not settled by its *never seen*."""

    severity: ClassVar[Severity] = Severity.ALARM


@dataclass(frozen=True, slots=True)
class ProcessorSilent(Event):
    """A call had no definite answer. `status` is the gRPC status code (4 deadline, 14 unavailable)."""

    severity: ClassVar[Severity] = Severity.WARNING
    operation: Operation
    status: int


@dataclass(frozen=True, slots=True)
class ProcessorWrong(Event):
    """An answer that was not to our question, or broke its own rules: treated as unknown."""

    severity: ClassVar[Severity] = Severity.ALARM
    operation: Operation


@dataclass(frozen=True, slots=True)
class ReversalBegun(Event):
    severity: ClassVar[Severity] = Severity.WARNING
    cause: Cause


@dataclass(frozen=True, slots=True)
class ReversalEnded(Event):
    cause: Cause


@dataclass(frozen=True, slots=True)
class PersonNeeded(Event):
    """A leg that only a person can settle: `pos-bridge journal --unresolved` names it."""

    severity: ClassVar[Severity] = Severity.ALARM
    cause: Cause


@dataclass(frozen=True, slots=True)
class CaptureLost(Event):
    """Approved, and the processor will not capture it: `pos-bridge journal --unresolved` names it."""

    severity: ClassVar[Severity] = Severity.ALARM


@dataclass(frozen=True, slots=True)
class CardNotRead(Event):
    """A payment ended without a card, or one of several readers failed and it went on with the others."""

    severity: ClassVar[Severity] = Severity.WARNING
    reason: ReadFailure


@dataclass(frozen=True, slots=True)
class JournalUnwritable(Event):
    severity: ClassVar[Severity] = Severity.ALARM


@dataclass(frozen=True, slots=True)
class RequestFault(Event):
    """A fault of this program met a till's request, which was told so, or the settling of a leg, which goes on."""

    severity: ClassVar[Severity] = Severity.ALARM
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class IdentityDropped(Event):
    """In the last hour or less, so many payments came with identity nobody chose to give: it went nowhere."""

    severity: ClassVar[Severity] = Severity.WARNING
    times: int


@dataclass(frozen=True, slots=True)
class VaultUnusable(Event):
    """The vault failed. Once until it works again: sales go on, and what customers choose is not kept."""

    severity: ClassVar[Severity] = Severity.ALARM
    fault: VaultFault


@dataclass(frozen=True, slots=True)
class TrailUnwritable(Event):
    """The audit trail takes nothing. Once until it does again: no act on a person's data is done, sales go on."""

    severity: ClassVar[Severity] = Severity.ALARM


@dataclass(frozen=True, slots=True)
class PeopleForgotten(Event):
    """The day's retention: so many deliveries and members whose time was over (999: or more)."""

    deliveries: int
    members: int


@dataclass(frozen=True, slots=True)
class ProofsForgotten(Event):
    """So many proofs of consent whose five years were over (999: or more)."""

    proofs: int


@dataclass(frozen=True, slots=True)
class CaptureStuck(Event):
    """The processor refuses a capture as malformed or as another's key. Once a leg; it is tried on all the same."""

    severity: ClassVar[Severity] = Severity.ALARM


@dataclass(frozen=True, slots=True)
class RefundStuck(Event):
    """As CaptureStuck, of a refund: it is tried for a day, then looked up."""

    severity: ClassVar[Severity] = Severity.ALARM


@dataclass(frozen=True, slots=True)
class GivingBack(Event):
    """A sale that was told as not paid was settled before it could be reversed: its money is refunded."""

    severity: ClassVar[Severity] = Severity.WARNING


@dataclass(frozen=True, slots=True)
class GivenBack(Event):
    """That refund was made."""


@dataclass(frozen=True, slots=True)
class DeviceFailed(Event):
    """A display, printer or pad failed. Once until it works again."""

    severity: ClassVar[Severity] = Severity.WARNING
    device: DeviceKind
    fault: DeviceFault


@dataclass(frozen=True, slots=True)
class TillNotTold(Event):
    """In the last hour or less, so many event notifications could not be given to the configured address."""

    severity: ClassVar[Severity] = Severity.WARNING
    times: int


@dataclass(frozen=True, slots=True)
class CertificateEnding(Event):
    """The certificate that tills are shown ends in so many days; told once a day."""

    severity: ClassVar[Severity] = Severity.WARNING
    days: int


@dataclass(frozen=True, slots=True)
class CertificateTaken(Event):
    """Another certificate was found in its file: tills that connect from now on are shown it."""


@dataclass(frozen=True, slots=True)
class CertificateUnfit(Event):
    """Another certificate was found that cannot be used, or not with its key: the one before stays."""

    severity: ClassVar[Severity] = Severity.ALARM


@dataclass(frozen=True, slots=True)
class TillCertificateTaken(Event):
    """Another certificate, or authority, is used with the processor from now on. `days`: how long it lasts."""

    days: int


@dataclass(frozen=True, slots=True)
class TillCertificateEnding(Event):
    """The certificate that the processor is shown ends in so many days, and nothing renews it; told once a day."""

    severity: ClassVar[Severity] = Severity.WARNING
    days: int


@dataclass(frozen=True, slots=True)
class RenewalFailed(Event):
    """No new certificate was got, or it was not taken: the one before goes on for so many days."""

    severity: ClassVar[Severity] = Severity.ALARM
    reason: EnrolFault
    days: int


@dataclass(frozen=True, slots=True)
class ConnectionUnexpected(Event):
    """The engine has a socket that the configuration does not account for. Once, until it is gone."""

    severity: ClassVar[Severity] = Severity.ALARM
    way: Way
    where: Where


@dataclass(frozen=True, slots=True)
class ConnectionsDenied(Event):
    """The firewall denied so many; told at once, then once a minute while it goes on (999: or more)."""

    severity: ClassVar[Severity] = Severity.WARNING
    who: Who
    times: int


@dataclass(frozen=True, slots=True)
class SurroundingsUnfit(Event):
    """The machine could carry a card out of memory: no card is read. Once until it changes. `unseen`: it cannot be
    seen whether it could.
    """

    severity: ClassVar[Severity] = Severity.ALARM
    swap: bool
    hibernation: bool
    crash_dump: bool
    usb_monitor: bool
    unseen: bool


@dataclass(frozen=True, slots=True)
class SurroundingsFit(Event):
    """None of that is so any more: cards are read again."""


@dataclass(frozen=True, slots=True)
class AdminDenied(Event):
    """Somebody asked at the administration socket for what they may not, so many times. Who is not said."""

    severity: ClassVar[Severity] = Severity.WARNING
    times: int


EVENTS = closed_set(globals())  # the last line: no event can be made that does not stand above it
