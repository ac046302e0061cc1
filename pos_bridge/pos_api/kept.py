"""What the answers file keeps of a payment or reversal request, for 48 h, so that its answer can be given again.

Beside the outcome an answer needs the till's own references, the time and the header. There is no card data here, and
of a customer's choices only of which kinds they were: the vault is asked for the rest.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.money import MAX_CENTS
from pos_bridge.pos_api.kept_request import KeptRequest, decode_as, names
from pos_bridge.pos_api.spoken import NO_WISH, Wished
from pos_bridge.pos_api.taxes import Tax, Taxes
from pos_bridge.pos_api.transaction_kind import TransactionKind
from pos_bridge.wire.nexo.request import MessageHeader, TransactionID
from pos_bridge.wire.nexo.response import Header
from pos_bridge.words import Language

_ALL_KINDS = 0b11


class Kept(KeptRequest, frozen=True, array_like=True):
    """`cents` is the amount asked, if known.

    `asked` has a bit for each kind of choice, so that what is kept of a sale has the same length with and without one.
    `original` is the key of the sale that a refund or reversal is of, and its time as the till says it.
    `cashier` and `customer` are the languages that the request asked for, `taxes` the amounts that it told, in cents.
    Layout 1 had no `asked`, layout 2 payments only, layout 3 no languages or taxes.
    """

    layout: Literal[1, 2, 3, 4]
    cents: int | None
    identity_dropped: bool
    asked: Annotated[int, Meta(ge=0, le=_ALL_KINDS)] = 0
    kind: TransactionKind = TransactionKind.PAYMENT
    original: tuple[str, str | None] | None = None
    cashier: Language | None = None
    customer: Language | None = None
    taxes: tuple[tuple[Tax, Annotated[int, Meta(ge=1, le=MAX_CENTS)]], ...] = ()

    @property
    def wished(self) -> Wished:
        return Wished(self.cashier, self.customer)

    @property
    def kinds(self) -> frozenset[ChoiceKind]:
        """The kinds of choice that came with the request."""
        return frozenset(kind for kind in ChoiceKind if self.asked & _bit(kind))

    def about(self, kinds: frozenset[ChoiceKind]) -> "Kept":
        """The same with these kinds of choice."""
        return msgspec.structs.replace(self, asked=sum(map(_bit, kinds)))

    @property
    def wanted(self) -> tuple[object, ...]:
        """What was asked for, but for the till's times of it: a repeat may say another time each time."""
        transaction, original = self.transaction or (None,), self.original or (None,)
        return self.kind, self.cents, transaction[0], original[0]

    def header(self) -> Header:
        return self.header_of(self.kind.category)


_KEPT = msgspec.msgpack.Decoder(Kept)


def kept(
    header: MessageHeader,
    at: datetime,
    transaction: TransactionID | None = None,
    cents: int | None = None,
    *,
    identity_dropped: bool = False,
    kind: TransactionKind = TransactionKind.PAYMENT,
    original: tuple[str, str | None] | None = None,
    wished: Wished = NO_WISH,
    taxes: Taxes = (),
) -> Kept:
    """Without a choice (Kept.about)."""
    return Kept(
        4,
        *names(header, at, transaction),
        cents=cents,
        identity_dropped=identity_dropped,
        kind=kind,
        original=original,
        cashier=wished.cashier,
        customer=wished.customer,
        taxes=taxes,
    )


def decode_kept(raw: bytes | None) -> Kept | None:
    """As decode_as: the answer is then rebuilt without it."""
    return decode_as(_KEPT, raw)


def _bit(kind: ChoiceKind) -> int:
    return 1 << (kind.value - 1)
