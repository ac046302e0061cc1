"""From what passed the gate to what the desk is asked, and what is kept to answer again: names as keyed hashes only.

What is kept for 48 h is what the nexo side keeps (pos_api/kept.py): when, how much, in which language, and of which
kinds a choice was. The till's own texts are not: a native till knows its references itself.
"""

from datetime import datetime

from pos_bridge.checkout.order import fresh_salt, order_digest
from pos_bridge.domain.identity import kind_of
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import GiveBackAsk, RefundAsk, SaleAsk, Split
from pos_bridge.pos_api.kept import Kept, kept
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.pos_api.transaction_kind import TransactionKind
from pos_bridge.till_api.bounds import GivingBack, Move, Payment, Refund
from pos_bridge.wire.nexo.request import MessageHeader

_NATIVE = "native"  # where nexo has a category: a request id names whatever was asked under it


class Asks:
    """Those of one credential. `poiid` names this terminal."""

    def __init__(self, keys: TillKeyMaker, poiid: str) -> None:
        self._keys = keys
        self._poiid = poiid

    def request_of(self, request_id: bytes) -> bytes:
        return self._keys.request(self._poiid, "", request_id.hex(), _NATIVE)

    def basket(self, reference: str) -> bytes:
        return self._keys.basket(reference)

    def payment(self, asked: Payment, at: datetime) -> tuple[SaleAsk, Kept]:
        move, salt, basket = asked.move, fresh_salt(), self._keys.basket(asked.reference)
        sale = SaleAsk(
            till=self._till_keys(move, self._keys.sale(asked.reference, asked.amount)),
            service_id=move.request_id.hex(),
            tender=asked.tender,
            amount=asked.amount,
            partial_ok=asked.partial_ok,
            order_digest=order_digest(salt, move.order),
            order_salt=salt,
            choices=asked.chosen.choices,
            split=None if asked.paid is None else Split(basket, asked.paid, asked.due),
            confirm_within_s=asked.confirm_within_s,
            reference=basket if asked.paid is None else None,
        )
        fresh = kept(
            self._header(move.request_id, TransactionKind.PAYMENT),
            at,
            cents=asked.amount.cents,
            identity_dropped=asked.chosen.dropped,
            wished=move.wished,
        )
        return sale, fresh.about(frozenset(map(kind_of, asked.chosen.choices)))

    def refund(self, asked: Refund, at: datetime) -> tuple[RefundAsk, Kept]:
        move, salt = asked.move, fresh_salt()
        original = asked.reference if asked.sale is None else str(asked.sale)
        back = RefundAsk(
            till=self._till_keys(move, self._keys.refund(original, asked.amount.cents)),
            service_id=move.request_id.hex(),
            tender=asked.tender,
            amount=asked.amount,
            sale=asked.sale,
            order_digest=order_digest(salt, move.order),
            order_salt=salt,
        )
        return back, self._gives_back(move, TransactionKind.REFUND, at, asked.sale, asked.amount.cents)

    def giving_back(self, asked: GivingBack, at: datetime) -> tuple[GiveBackAsk, Kept]:
        move, salt = asked.move, fresh_salt()
        cents = None if asked.amount is None else asked.amount.cents
        back = GiveBackAsk(
            till=self._till_keys(move, self._keys.refund(str(asked.sale), cents)),
            service_id=move.request_id.hex(),
            sale=asked.sale,
            amount=asked.amount,
            void_only=asked.void_only,
            order_digest=order_digest(salt, move.order),
            order_salt=salt,
        )
        return back, self._gives_back(move, TransactionKind.REVERSAL, at, asked.sale, cents)

    def nothing_kept(self, request_id: bytes, kind: TransactionKind, at: datetime) -> Kept:
        """In place of what the answers file has lost: the outcome still stands."""
        return kept(self._header(request_id, kind), at, kind=kind)

    def _gives_back(
        self, move: Move, kind: TransactionKind, at: datetime, sale: LegKey | None, cents: int | None
    ) -> Kept:
        original = None if sale is None else (str(sale), None)
        header = self._header(move.request_id, kind)
        return kept(header, at, cents=cents, kind=kind, original=original, wished=move.wished)

    def _till_keys(self, move: Move, sale: bytes) -> TillKeys:
        return TillKeys(self.request_of(move.request_id), self._keys.content((_NATIVE, *move.content)), sale)

    def _header(self, request_id: bytes, kind: TransactionKind) -> MessageHeader:
        """What is kept has a header's names; only these two of them say something."""
        return MessageHeader(
            message_class=_NATIVE,
            message_category=kind.category.value,
            message_type=_NATIVE,
            sale_id=_NATIVE,
            poiid=self._poiid,
            service_id=request_id.hex(),
        )
