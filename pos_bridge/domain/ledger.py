"""What is written down about a sale: the values the journal takes and gives back. None can hold a person or a card."""

from dataclasses import dataclass

from pos_bridge.domain.leg import Cause, Flow, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount

DIGEST_LENGTH = 32
SALT_LENGTH = 16
SIGNATURE_LENGTH = 64


@dataclass(frozen=True, slots=True)
class JournalHead:
    """The newest row of the chain: its number (0 when there is none) and its 32-byte hash."""

    sequence: int
    hash: bytes


@dataclass(frozen=True, slots=True, repr=False)
class TillKeys:
    """Keyed hashes (HMAC-SHA256, 32 bytes) of what a till called this request; its text is never kept.

    `request` is (credential, POIID, SaleID, ServiceID, category); `content` the money fields and, after the gate,
    the rest of the request; `sale` the till's sale reference with the amount.
    """

    request: bytes
    content: bytes
    sale: bytes

    def __post_init__(self) -> None:
        if {len(self.request), len(self.content), len(self.sale)} != {DIGEST_LENGTH}:
            raise ValueError("a till key is a 32-byte HMAC")


@dataclass(frozen=True, slots=True, repr=False)
class Opening:
    """The intent to move money, durable before anything is sent.

    For cash `state` is CASH_TAKEN at once and `due` is what the customer paid after rounding, in cents (0 and up).
    `not_after_ms` bounds how long the leg can be live (milliseconds since 1970 UTC, card legs only).
    """

    key: LegKey
    tender: Tender
    state: State
    amount: Amount
    partial_ok: bool
    flow: Flow
    till: TillKeys
    order_digest: bytes
    order_salt: bytes
    due: int | None = None
    not_after_ms: int | None = None

    def __post_init__(self) -> None:
        if len(self.order_digest) != DIGEST_LENGTH or len(self.order_salt) != SALT_LENGTH:
            raise ValueError("an order has a 32-byte digest and a 16-byte salt")
        if self.state is not (State.CASH_TAKEN if self.tender is Tender.CASH else State.INTENT):
            raise ValueError("a card leg opens as INTENT, a cash leg as CASH_TAKEN")
        if (self.due is not None) is not (self.tender is Tender.CASH):
            raise ValueError("cash, and only cash, has an amount due")


@dataclass(frozen=True, slots=True, repr=False)
class Binding:
    """The dual signature's order side: digest of the sealed payment (32 bytes) and signature (64 bytes)."""

    payment_digest: bytes
    signature: bytes

    def __post_init__(self) -> None:
        if len(self.payment_digest) != DIGEST_LENGTH or len(self.signature) != SIGNATURE_LENGTH:
            raise ValueError("a binding has a 32-byte digest and a 64-byte signature")


@dataclass(frozen=True, slots=True, repr=False)
class Advance:
    """A leg's next durable state. `approved` from CAPTURING on; `binding` with the step that ends sending."""

    key: LegKey
    state: State
    cause: Cause | None = None
    approved: Amount | None = None
    binding: Binding | None = None


@dataclass(frozen=True, slots=True)
class KnownLeg:
    """What is stored about a leg. `approved` is what was approved, `due` what was paid in cash (cents)."""

    key: LegKey
    tender: Tender
    state: State
    amount: Amount
    partial_ok: bool
    flow: Flow
    cause: Cause | None
    approved: Amount | None
    due: int | None


@dataclass(frozen=True, slots=True, repr=False)
class KnownRequest:
    """A till request that was seen: closed without a leg (no `content`, no `leg`), or with the leg it opened.

    With `content` and no `leg` it opened one that cannot be found any more: how that ended is not known.
    """

    content: bytes
    leg: KnownLeg | None


class JournalUnwritableError(Exception):
    """The journal could not make a step durable (disk full, read-only, failing). Nothing of the step is stored."""
