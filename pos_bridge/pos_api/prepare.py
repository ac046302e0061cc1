"""From what passed the gate to what the desk is asked, and what is kept to answer again.

Of the till's basket a digest goes on, so that its text does not wait with the transaction; of its names keyed hashes.
"""

from datetime import datetime

import msgspec

from pos_bridge.checkout.order import fresh_salt, order_digest
from pos_bridge.domain.identity import kind_of
from pos_bridge.domain.ledger import TillKeys
from pos_bridge.domain.outcome import Former, GiveBackAsk, RefundAsk, SaleAsk, Split
from pos_bridge.pos_api.kept import Kept, kept
from pos_bridge.pos_api.order import order_bytes, reversal_bytes
from pos_bridge.pos_api.payment_ask import PaymentAsk, RefundPaymentAsk
from pos_bridge.pos_api.reversal_ask import ReversalAsk
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.pos_api.transaction_kind import TransactionKind
from pos_bridge.wire.nexo.request import MessageHeader, MessageReference

Ask = SaleAsk | RefundAsk | GiveBackAsk


class Preparer:
    """`request_of` is what a request is found by; the rest is made of the request as it came, at a time."""

    def __init__(self, keys: TillKeyMaker) -> None:
        self._keys = keys

    def request_of(self, poiid: str, sale_id: str, service_id: str, category: str) -> bytes:
        return self._keys.request(poiid, sale_id, service_id, category)

    def request_meant(self, meant: MessageReference) -> bytes:
        """`meant` as meant.resolve gives it, with a ServiceID."""
        assert meant.poiid is not None
        assert meant.sale_id is not None
        assert meant.service_id is not None
        assert meant.message_category is not None
        return self.request_of(meant.poiid, meant.sale_id, meant.service_id, meant.message_category)

    def sale(self, header: MessageHeader, ask: PaymentAsk, at: datetime) -> tuple[SaleAsk, Kept]:
        name, salt = ask.transaction.transaction_id, fresh_salt()
        own = self._keys.own(header.sale_id, name)
        basket = self._keys.basket(own)
        sale = SaleAsk(
            till=self._till_keys(header, TransactionKind.PAYMENT, ask.content(), self._keys.sale(own, ask.amount)),
            service_id=header.service_id,
            tender=ask.tender,
            amount=ask.amount,
            partial_ok=ask.split,
            order_digest=order_digest(salt, order_bytes(header.poiid, name, ask.amount, ask.items)),
            order_salt=salt,
            choices=ask.choices,
            split=Split(basket, ask.paid_before) if ask.split else None,
            reference=None if ask.split else basket,
            former=Former(self._keys.sale(name, ask.amount), self._keys.basket(name)),
        )
        return sale, _kept(header, ask, at).about(frozenset(map(kind_of, ask.choices)))

    def refund(self, header: MessageHeader, ask: RefundPaymentAsk, at: datetime) -> tuple[RefundAsk, Kept]:
        name, salt, kind = ask.transaction.transaction_id, fresh_salt(), TransactionKind.REFUND
        original = self._keys.own(header.sale_id, name) if ask.sale is None else str(ask.sale)
        refund = RefundAsk(
            till=self._till_keys(header, kind, ask.content(), self._keys.refund(original, ask.amount.cents)),
            service_id=header.service_id,
            tender=ask.tender,
            amount=ask.amount,
            sale=ask.sale,
            order_digest=order_digest(salt, order_bytes(header.poiid, name, ask.amount, ask.items)),
            order_salt=salt,
        )
        return refund, msgspec.structs.replace(_kept(header, ask, at), kind=kind, original=ask.original)

    def reversal(self, header: MessageHeader, ask: ReversalAsk, at: datetime) -> tuple[GiveBackAsk, Kept]:
        salt, kind = fresh_salt(), TransactionKind.REVERSAL
        cents = None if ask.amount is None else ask.amount.cents
        back = GiveBackAsk(
            till=self._till_keys(header, kind, ask.content(), self._keys.refund(str(ask.sale), cents)),
            service_id=header.service_id,
            sale=ask.sale,
            amount=ask.amount,
            void_only=ask.void_only,
            order_digest=order_digest(salt, reversal_bytes(header.poiid, ask.sale, ask.amount)),
            order_salt=salt,
        )
        fresh = kept(
            header,
            at,
            None,
            cents,
            identity_dropped=ask.identity_dropped,
            kind=kind,
            original=ask.original,
            wished=ask.wished,
        )
        return back, fresh

    def _till_keys(
        self, header: MessageHeader, kind: TransactionKind, content: tuple[str, ...], sale: bytes
    ) -> TillKeys:
        request = self.request_of(header.poiid, header.sale_id, header.service_id, kind.category.value)
        return TillKeys(request=request, content=self._keys.content(content), sale=sale)


def _kept(header: MessageHeader, ask: PaymentAsk | RefundPaymentAsk, at: datetime) -> Kept:
    """Of anything that came as a payment."""
    return kept(
        header,
        at,
        ask.transaction,
        ask.amount.cents,
        identity_dropped=ask.identity_dropped,
        wished=ask.wished,
        taxes=ask.taxes,
    )
