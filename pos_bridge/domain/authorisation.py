"""What is asked of the processor and what it can answer: yes, no, or not known."""

from dataclasses import dataclass

from pos_bridge.domain.card import CardFacts, SealedCard
from pos_bridge.domain.chip import IssuerAnswer
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.ledger import Binding
from pos_bridge.domain.leg import Cause, Flow, Kind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount


@dataclass(frozen=True, slots=True, repr=False)
class Ask:
    """One Authorise, resent unchanged. `not_after_ms` on the processor's clock."""

    key: LegKey
    amount: Amount
    partial_ok: bool
    flow: Flow
    card: SealedCard
    not_after_ms: int
    payment_salt: bytes
    order_digest: bytes
    binding: Binding


@dataclass(frozen=True, slots=True)
class Yes:
    """`issuer`: what the chip is told; None for a card without one, or a host that has nothing to tell it."""

    amount: Amount
    approval_code: str
    issuer: IssuerAnswer | None = None


@dataclass(frozen=True, slots=True)
class No:
    """`issuer` as in Yes."""

    cause: Cause
    issuer: IssuerAnswer | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No definite answer: lost, late, fenced, or not decodable. `wrong`: an answer came, and not to our question.

    `refused`: an answer to our question came, and says no in words that decide nothing.
    """

    wrong: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt needs again, from the processor's look-up. approval_code: six characters 0-9 A-Z."""

    approval_code: str
    card: CardFacts


@dataclass(frozen=True, slots=True, repr=False)
class PresentCard:
    """The card that a refund goes to, as it was read for this refund, bound like that of a sale."""

    card: SealedCard
    payment_salt: bytes
    order_digest: bytes
    binding: Binding


@dataclass(frozen=True, slots=True, repr=False)
class AskRefund:
    """One refund, resent unchanged. `present` is None for one by reference. `not_after_ms` on the processor's clock."""

    key: LegKey
    sale_key: LegKey
    amount: Amount
    not_after_ms: int
    present: PresentCard | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """What the processor holds about a key. `amount`: what was approved of it, where it was."""

    standing: Standing
    amount: Amount | None = None
    receipt: ReceiptFacts | None = None


@dataclass(frozen=True, slots=True)
class HeldLeg:
    """A leg of this till in the processor's own list. `begun_ms` on its clock; `amount` approved, or else asked."""

    key: LegKey
    kind: Kind
    standing: Standing
    amount: Amount
    begun_ms: int
