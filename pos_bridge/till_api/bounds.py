"""The gate between a native request and what the desk is asked: each field within its bounds, or a word that says not.

A word names a field of the protocol and never says what stood in it. What stands in an unknown field goes nowhere: only
fields that are named here are looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from pos_bridge.domain.audit import MAX_OPERATOR
from pos_bridge.domain.leg import Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import MAX_CENTS, Amount
from pos_bridge.domain.typed_card import has_card_number
from pos_bridge.pos_api.choice import Chosen, Offered
from pos_bridge.pos_api.spoken import Wished
from pos_bridge.protocol import till_v1_pb2 as pb
from pos_bridge.till_api.choice import card_among, read_choices
from pos_bridge.words import Language

REQUEST_ID_LENGTH = 16
MOST_REFERENCE = 64
MOST_ORDER = 65_536
MOST_CHOICES = 8
CONFIRM_S = range(5, 601)

_TENDERS: dict[int, Tender] = {pb.TENDER_CARD: Tender.CARD, pb.TENDER_CASH: Tender.CASH}
_LANGUAGES: dict[int, Language] = {pb.LANGUAGE_FR: "fr", pb.LANGUAGE_EN: "en"}


class Why(Enum):
    UNFIT = "unfit"  # not what the protocol says of that field
    CARD_DATA = "card_data"  # a card's number, or its stripe


class RefusedError(Exception):
    """Nothing was done: the request is wrong as it stands, and will be wrong again."""

    def __init__(self, why: Why, field: str) -> None:
        super().__init__(f"{why.value}: {field}")


@dataclass(frozen=True, slots=True, repr=False)
class Move:
    """What every movement of money has. `content` is what makes a repeat the same request."""

    request_id: bytes
    content: tuple[str, ...]
    order: bytes
    wished: Wished


@dataclass(frozen=True, slots=True, repr=False)
class Payment:
    """`paid` and `due` (None: not said) are cents of a sale in parts, which `paid` None says it is not."""

    move: Move
    amount: Amount
    tender: Tender
    reference: str
    partial_ok: bool
    confirm_within_s: int | None
    paid: int | None
    due: int | None
    chosen: Chosen


@dataclass(frozen=True, slots=True, repr=False)
class Refund:
    """`supervisor`: number and password of who approves one without its sale. No part of what makes a repeat."""

    move: Move
    amount: Amount
    tender: Tender
    reference: str
    sale: LegKey | None
    supervisor: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class GivingBack:
    """`amount` None: all of it."""

    move: Move
    sale: LegKey
    amount: Amount | None
    void_only: bool


def payment(request: pb.PayRequest, offered: Offered) -> Payment:
    """Raises RefusedError."""
    amount, tender = _amount(request.cents), _tender(request.tender)
    reference = reference_of(request.reference)
    confirm = request.confirm_within_s
    if confirm and confirm not in CONFIRM_S:
        raise RefusedError(Why.UNFIT, "confirm_within_s")
    paid, due = _split(request, amount)
    content = (
        *("pay", str(amount.cents), tender.value, reference, str(int(request.partial_ok)), str(confirm)),
        *("" if part is None else str(part) for part in (paid, due)),
    )
    return Payment(
        _move(request, content),
        amount,
        tender,
        reference,
        request.partial_ok,
        confirm or None,
        paid,
        due,
        _choices(request.choices, offered),
    )


def refund(request: pb.RefundRequest) -> Refund:
    """Raises RefusedError."""
    amount, tender = _amount(request.cents), _tender(request.tender)
    reference = reference_of(request.reference)
    sale = _key(request.sale_key, "sale_key") if request.sale_key else None
    content = ("refund", str(amount.cents), tender.value, reference, "" if sale is None else str(sale))
    if request.supervisor > MAX_OPERATOR:
        raise RefusedError(Why.UNFIT, "supervisor")
    supervisor = (request.supervisor, request.supervisor_password) if request.supervisor else None
    return Refund(_move(request, content), amount, tender, reference, sale, supervisor)


def giving_back(request: pb.GiveBackRequest) -> GivingBack:
    """Raises RefusedError."""
    amount = None if request.cents == 0 else _amount(request.cents)
    sale = _key(request.sale_key, "sale_key")
    content = ("give_back", str(request.cents), str(sale), str(int(request.void_only)))
    return GivingBack(_move(request, content), sale, amount, request.void_only)


def payment_key(request: pb.PaymentKey) -> LegKey:
    """Raises RefusedError."""
    return _key(request.key, "key")


def request_id(raw: bytes) -> bytes:
    """Raises RefusedError."""
    if len(raw) != REQUEST_ID_LENGTH:
        raise RefusedError(Why.UNFIT, "request_id")
    return raw


def reference_of(text: str) -> str:
    """Raises RefusedError."""
    if not 1 <= len(text) <= MOST_REFERENCE:
        raise RefusedError(Why.UNFIT, "reference")
    if any(letter.isdigit() and not letter.isascii() for letter in text):  # a card's number hides behind such
        raise RefusedError(Why.UNFIT, "reference")
    if has_card_number(text):
        raise RefusedError(Why.CARD_DATA, "reference")
    return text


def language(value: int) -> Language | None:
    """None: no wish, or a language that is not spoken here."""
    return _LANGUAGES.get(value)


def _move(request: pb.PayRequest | pb.RefundRequest | pb.GiveBackRequest, content: tuple[str, ...]) -> Move:
    if len(request.order) > MOST_ORDER:
        raise RefusedError(Why.UNFIT, "order")
    return Move(
        request_id(request.request_id),
        (*content, sha256(request.order).hexdigest()),
        request.order,
        Wished(language(request.language), language(request.customer_language)),
    )


def _amount(cents: int) -> Amount:
    try:
        return Amount(cents)
    except ValueError:
        raise RefusedError(Why.UNFIT, "cents") from None


def _tender(value: int) -> Tender:
    tender = _TENDERS.get(value)
    if tender is None:
        raise RefusedError(Why.UNFIT, "tender")
    return tender


def _key(text: str, field: str) -> LegKey:
    try:
        return LegKey.parse(text)
    except ValueError:
        raise RefusedError(Why.UNFIT, field) from None


def _split(request: pb.PayRequest, amount: Amount) -> tuple[int | None, int | None]:
    if not request.HasField("split"):
        return None, None
    paid, due = request.split.paid_cents, request.split.due_cents
    if not 0 <= paid <= MAX_CENTS - amount.cents:
        raise RefusedError(Why.UNFIT, "split.paid_cents")
    if not 0 <= due <= MAX_CENTS:
        raise RefusedError(Why.UNFIT, "split.due_cents")
    return paid, due or None


def _choices(choices: Sequence[pb.Choice], offered: Offered) -> Chosen:
    if len(choices) > MOST_CHOICES:
        raise RefusedError(Why.UNFIT, "choices")
    if card_among(choices):
        raise RefusedError(Why.CARD_DATA, "choices")
    return read_choices(choices, offered)
