"""What a till asks of a checkout, and every answer it can get. Text of the till lives here in memory only."""

from dataclasses import dataclass, field

from pos_bridge.domain.basket import BasketFault
from pos_bridge.domain.card import CardFacts
from pos_bridge.domain.chip import ChipReceipt
from pos_bridge.domain.identity import Choice, ChoiceKind
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.leg import Cause, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.progress import Progress, unwatched


@dataclass(frozen=True, slots=True, repr=False)
class SaleAsk:
    """One payment a till asks for. `service_id` names it to a second till request while it runs (Busy).

    Of the till's order its salted digest comes here (checkout/order.py), and no text that would wait with the payment.
    `choices` is what the customer chose to give, by the gate: it is no part of `till.content`, which the journal keeps
    a hash of. `reference` names the sale of a payment that does not say that it is split (as Split.reference), so that
    one of a sale that is paid in parts is known as its last part. `former`: the sale's names by the rule of the version
    before (docs/decisions/0033), looked for and never written; None where they are the same. `progress` is told where
    the payment is, meanwhile.
    """

    till: TillKeys
    service_id: str
    tender: Tender
    amount: Amount
    partial_ok: bool
    order_digest: bytes
    order_salt: bytes
    choices: tuple[Choice, ...] = ()
    split: "Split | None" = None
    confirm_within_s: int | None = None  # a till that confirms its payments (native API); None: final at once
    reference: bytes | None = None
    former: "Former | None" = None
    progress: Progress = field(default=unwatched, compare=False)


@dataclass(frozen=True, slots=True, repr=False)
class Former:
    """As TillKeys.sale, and as Split.reference."""

    sale: bytes
    basket: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Split:
    """That a payment is part of a split tender. `reference`: keyed hash of the till's sale reference alone (32 bytes).

    `paid`: cents that the till counts as paid so far. `due`: of the whole sale, as its first part says (None: what is
    paid and this payment).
    """

    reference: bytes
    paid: int
    due: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class RefundAsk:
    """A refund a till asks for: in cash (`sale` may be None), or to the card of `sale`, which is then presented again.

    Without its card a card sale is refunded by GiveBackAsk.
    """

    till: TillKeys
    service_id: str
    tender: Tender
    amount: Amount
    sale: LegKey | None
    order_digest: bytes
    order_salt: bytes
    progress: Progress = field(default=unwatched, compare=False)


@dataclass(frozen=True, slots=True, repr=False)
class GiveBackAsk:
    """Give back what was paid by `sale`, whoever took it: whole (`amount` None), or in part.

    A whole sale of today is voided, anything else refunded by reference; cash is given back in cash. `void_only`: the
    till takes back a payment that it could not complete, and nothing but a void will do.
    """

    till: TillKeys
    service_id: str
    sale: LegKey
    amount: Amount | None
    void_only: bool
    order_digest: bytes
    order_salt: bytes


@dataclass(frozen=True, slots=True)
class PaidByCard:
    """Approved and durable. After a restart the code and the card come from the processor, or are None.

    `known` is what the vault keeps with this sale, because the customer chose it. `remaining`: cents that are still due
    of its basket (None: not part of one). `confirm`: the till has still to confirm it. `chip`: told live, not kept.
    `points` that the sale gave its member, if points are counted here.
    """

    key: LegKey
    asked: Amount
    approved: Amount
    approval_code: str | None
    card: CardFacts | None
    known: frozenset[ChoiceKind] = frozenset()
    remaining: int | None = None
    confirm: bool = False
    chip: ChipReceipt | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True)
class PaidInCash:
    """`due` is what the customer paid after rounding to 5 cents, in cents (0 and up). The rest as in PaidByCard."""

    key: LegKey
    exact: Amount
    due: int
    known: frozenset[ChoiceKind] = frozenset()
    remaining: int | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Refunded:
    """The money of a card sale went back, by a refund of its own key. Code, card and chip as in PaidByCard."""

    key: LegKey
    sale: LegKey
    amount: Amount
    approval_code: str | None
    card: CardFacts | None
    chip: ChipReceipt | None = None


@dataclass(frozen=True, slots=True)
class RefundedInCash:
    """`due` is what the customer got after rounding to 5 cents, in cents (0 and up)."""

    key: LegKey
    exact: Amount
    due: int


@dataclass(frozen=True, slots=True)
class Voided:
    """The whole sale of that key was taken back: nothing of it stands."""

    sale: LegKey
    amount: Amount


@dataclass(frozen=True, slots=True)
class NotRefunded:
    """Final: nothing went back. `key` is the refund's, or the sale's that was not voided; None when there is no leg."""

    key: LegKey | None
    cause: Cause


@dataclass(frozen=True, slots=True)
class NotPaid:
    """Final: no charge stands, or none will in the end. `key` is None when no leg was opened. `chip`: told live."""

    key: LegKey | None
    cause: Cause
    chip: ChipReceipt | None = None


@dataclass(frozen=True, slots=True)
class NotApproved:
    """A refund without its sale was not begun: a supervisor is to approve it, and it can be asked for again then.

    `never`: the shop makes none.
    """

    never: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """Another payment is running; nothing was done. `service_id` names it."""

    service_id: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """The same till request came before with other content; the first one stands."""


@dataclass(frozen=True, slots=True)
class AlreadyApproved:
    """The same sale was approved, or refund made, under another request whose answer the till has not collected."""

    first: LegKey


@dataclass(frozen=True, slots=True)
class Closed:
    """The till was told NotFound for this request, or aborted it before it came: it will never be done."""


@dataclass(frozen=True, slots=True)
class NotRecordable:
    """The journal cannot be written: nothing was done."""


@dataclass(frozen=True, slots=True)
class Running:
    """The request is known and its outcome is not, yet. To a Payment: it may be approved; it is being undone.

    `person`: asking again will not tell, until a person has found out (`pos-bridge journal --unresolved`).
    """

    person: bool = False


@dataclass(frozen=True, slots=True)
class NotInBasket:
    """The split tender does not take this payment; nothing was done. `remaining`, `paid`: cents, as recorded here."""

    fault: BasketFault
    paid: int
    remaining: int


@dataclass(frozen=True, slots=True)
class NoSuchPayment:
    """No payment of that key is recorded here."""


@dataclass(frozen=True, slots=True)
class BasketCancelled:
    """No payment of the basket stands, or none will in the end. `cash`: what the cashier hands back, each once.

    `open_legs`: card payments that are still being taken back, in the background and after a restart.
    """

    cash: tuple[RefundedInCash, ...]
    open_legs: int


@dataclass(frozen=True, slots=True)
class NoSuchBasket:
    """No split tender of that reference is recorded here."""


Refusal = Busy | Contradiction | Closed | NotRecordable | Running
Outcome = PaidByCard | PaidInCash | NotPaid | AlreadyApproved | NotInBasket | Refusal
Confirmation = PaidByCard | PaidInCash | NotPaid | Running | NotRecordable | NoSuchPayment
CancelOutcome = BasketCancelled | NotInBasket | NoSuchBasket | Busy | NotRecordable
RefundOutcome = Refunded | RefundedInCash | Voided | NotRefunded | AlreadyApproved | NotApproved | Refusal


@dataclass(frozen=True, slots=True)
class NeverSeen:
    """No such request; it is closed from now on."""


StatusAnswer = (
    PaidByCard | PaidInCash | NotPaid | Refunded | RefundedInCash | Voided | NotRefunded | Closed | Running | NeverSeen
)


@dataclass(frozen=True, slots=True)
class Health:
    """What Diagnosis tells. `readers`: name and whether its device answers, as last seen. Read-only."""

    processor_reachable: bool
    journal_writable: bool
    readers: tuple[tuple[str, bool], ...]
