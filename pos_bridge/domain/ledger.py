"""What is written down about a sale: the values the journal takes and gives back. None can hold a person or a card."""

from dataclasses import dataclass

from pos_bridge.domain.basket import Basket
from pos_bridge.domain.leg import Cause, Flow, Kind, Leg, State, Tender
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
    the rest of the request; `sale` the till's sale reference with the amount, and for a refund the original's.
    """

    request: bytes
    content: bytes
    sale: bytes

    def __post_init__(self) -> None:
        if {len(self.request), len(self.content), len(self.sale)} != {DIGEST_LENGTH}:
            raise ValueError("a till key is a 32-byte HMAC")


@dataclass(frozen=True, slots=True, repr=False)
class BasketPart:
    """That a leg is part of a split tender. `reference`: keyed hash (32 bytes) of the till's sale reference alone.

    `due` and `outside` (Basket) as they are from this leg on: what was paid elsewhere meanwhile counts too, and a
    basket by which nothing was paid can begin anew. A refund of a payment in a basket that is not at its end is part of
    it without saying so.
    """

    reference: bytes
    due: Amount
    outside: int

    def __post_init__(self) -> None:
        if len(self.reference) != DIGEST_LENGTH or not 0 <= self.outside < self.due.cents:
            raise ValueError("a basket has a 32-byte reference, and something of it is due")


_OPENS_AS: dict[tuple[Tender, Kind], frozenset[State]] = {
    (Tender.CARD, Kind.SALE): frozenset({State.INTENT}),
    (Tender.CARD, Kind.REFUND): frozenset({State.REFUND_INTENT}),
    (Tender.CARD, Kind.CARD_REFUND): frozenset({State.REFUND_INTENT}),
    (Tender.CASH, Kind.SALE): frozenset({State.CASH_DUE, State.CASH_TAKEN}),
    (Tender.CASH, Kind.REFUND): frozenset({State.CASH_REFUNDED}),
}


@dataclass(frozen=True, slots=True, repr=False)
class Opening:
    """The intent to move money, durable before anything is sent.

    For cash `due` is what the customer pays or gets after rounding, in cents (0 and up). `not_after_ms` bounds how long
    the leg can be live (milliseconds since 1970 UTC, card legs only; whole seconds are kept). `sale_key` is the sale
    that a refund is of (None for cash given back without one). `confirm_by_ms`: until when a till may confirm it
    (native API; None: an approval is final at once). A refund that no till asked for, which follows a reversal that
    came too late, has till keys made of its own key.
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
    kind: Kind = Kind.SALE
    sale_key: LegKey | None = None
    basket: BasketPart | None = None
    confirm_by_ms: int | None = None

    def __post_init__(self) -> None:
        if len(self.order_digest) != DIGEST_LENGTH or len(self.order_salt) != SALT_LENGTH:
            raise ValueError("an order has a 32-byte digest and a 16-byte salt")
        if self.state not in _OPENS_AS.get((self.tender, self.kind), ()):
            raise ValueError("a card leg opens as an intent, a cash leg as due, taken or given back")
        if (self.due is not None) is not (self.tender is Tender.CASH):
            raise ValueError("cash, and only cash, has an amount due")
        if self.kind is Kind.SALE and self.sale_key is not None:
            raise ValueError("a sale is of no other sale")
        if self.kind is not Kind.SALE and self.tender is Tender.CARD and self.sale_key is None:
            raise ValueError("a refund to a card names the sale that it is of")


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
    """A leg's next durable state. `approved` from the approval on; `binding` with the step that ends sending.

    `till`: the request that asked for this step, where it is not the one that opened the leg (a void).
    """

    key: LegKey
    state: State
    cause: Cause | None = None
    approved: Amount | None = None
    binding: Binding | None = None
    till: TillKeys | None = None


@dataclass(frozen=True, slots=True)
class KnownLeg:
    """What is stored about a leg. `approved` is what was approved, `due` what was paid or given in cash (cents).

    `not_after_ms` and `confirm_by_ms` as opened, while the leg is not settled. `doubted`: the processor's ledger was
    replaced since the leg was opened, so that *never seen* says nothing about it. `begun_ms`: when it was opened
    (milliseconds since 1970 UTC by the till's clock), while it is not settled.
    """

    key: LegKey
    tender: Tender
    state: State
    amount: Amount
    partial_ok: bool
    flow: Flow
    cause: Cause | None
    approved: Amount | None
    due: int | None
    kind: Kind = Kind.SALE
    sale_key: LegKey | None = None
    not_after_ms: int | None = None
    confirm_by_ms: int | None = None
    begun_ms: int | None = None
    doubted: bool = False

    def leg(self) -> Leg:
        """As the step function goes on with it."""
        return Leg(
            key=self.key,
            amount=self.amount,
            partial_ok=self.partial_ok,
            flow=self.flow,
            state=self.state,
            approved=self.approved,
            cause=self.cause,
            kind=self.kind,
            tender=self.tender,
            confirmed_by_till=self.confirm_by_ms is not None,
        )


@dataclass(frozen=True, slots=True, repr=False)
class KnownRequest:
    """A till request that was seen: closed without a leg (no `content`, no `leg`), or with the leg it opened.

    With `content` and no `leg` it opened one that cannot be found any more: how that ended is not known. `void`: it
    did not open the leg but took it back.
    """

    content: bytes
    leg: KnownLeg | None
    void: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class KnownBasket:
    """A split tender as stored; `legs` in the order of `basket.legs`."""

    reference: bytes
    basket: Basket
    legs: tuple[LegKey, ...]


class JournalUnwritableError(Exception):
    """The journal could not make a step durable (disk full, read-only, failing). Nothing of the step is stored."""
