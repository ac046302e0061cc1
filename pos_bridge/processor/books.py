"""What the processor holds, as facts: its answers to LookUp, and its listing of a till's legs page by page.

An answer that breaks its stated lengths or ranges, or is not to our question, is no answer.
"""

from pos_bridge.domain.authorisation import HeldLeg, Holding, ReceiptFacts, Unknown
from pos_bridge.domain.card import Brand, CardFacts, EntryMode
from pos_bridge.domain.happening import Standing
from pos_bridge.domain.leg import Kind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.processor.codec import approval_code, read_money
from pos_bridge.protocol import processor_v1_pb2 as pb

PAGE = 200  # legs of one answer, at most
MAX_LEGS = 50_000  # of a listing: months of a busy till without a day end

_STANDINGS: dict[int, Standing] = {
    pb.LookUpResponse.STATE_NOT_SEEN: Standing.NOT_SEEN,
    pb.LookUpResponse.STATE_IN_PROGRESS: Standing.IN_PROGRESS,
    pb.LookUpResponse.STATE_AUTHORISED: Standing.AUTHORISED,
    pb.LookUpResponse.STATE_CAPTURED: Standing.CAPTURED,
    pb.LookUpResponse.STATE_DECLINED: Standing.DECLINED,
    pb.LookUpResponse.STATE_REVERSED: Standing.REVERSED,
    pb.LookUpResponse.STATE_REFUNDED: Standing.REFUNDED,
    pb.LookUpResponse.STATE_TOMBSTONE: Standing.TOMBSTONE,
}
_KINDS: dict[int, Kind] = {pb.HeldLeg.KIND_SALE: Kind.SALE, pb.HeldLeg.KIND_REFUND: Kind.REFUND}
_MONEY_STANDS = frozenset({Standing.AUTHORISED, Standing.CAPTURED, Standing.REFUNDED})
_NOT_LISTED = frozenset({Standing.NOT_SEEN, Standing.TOMBSTONE})


def read_look_up(key: LegKey, answer: pb.LookUpResponse) -> Holding | Unknown:
    """Where money stands, with amount and receipt; what is reversed may have them."""
    standing = _STANDINGS.get(answer.state)
    if answer.key != key.raw or standing is None:
        return Unknown(wrong=True)
    amount, receipt = read_money(answer.receipt.amount), _receipt(answer.receipt)
    if amount is not None and receipt is not None and standing in _MONEY_STANDS | {Standing.REVERSED}:
        return Holding(standing, amount, receipt)
    return Unknown(wrong=True) if standing in _MONEY_STANDS else Holding(standing)


def _receipt(sent: pb.ReceiptFacts) -> ReceiptFacts | None:
    code = approval_code(sent.approval_code)
    try:
        card = CardFacts(Brand(sent.brand), sent.last_four, EntryMode(sent.entry_mode))
    except ValueError:
        return None
    return None if code is None else ReceiptFacts(code, card)


class Listing:
    """The legs of this till since a time (milliseconds on the processor's clock), fed an answer at a time."""

    def __init__(self, from_ms: int) -> None:
        self._from_ms = max(from_ms, 0)
        self._epoch: int | None = None
        self._seen: set[bytes] = set()
        self.legs: list[HeldLeg] = []
        self.more = True

    def request(self) -> pb.ReconcileRequest:
        return pb.ReconcileRequest(from_ms=self._from_ms, after_key=self.legs[-1].key.raw if self.legs else b"")

    def take(self, answer: pb.ReconcileResponse) -> bool:
        """Take the next page. False: it is not one; what was taken before says nothing any more."""
        if self._epoch not in {None, answer.ledger_epoch} or len(answer.legs) > PAGE or answer.more > len(answer.legs):
            return False
        self._epoch = answer.ledger_epoch
        for sent in answer.legs:
            leg = self._leg(sent)
            if leg is None or sent.key in self._seen or len(self.legs) == MAX_LEGS:
                return False
            self._seen.add(sent.key)
            self.legs.append(leg)
        self.more = answer.more
        return True

    def _leg(self, sent: pb.HeldLeg) -> HeldLeg | None:
        kind, standing, amount = _KINDS.get(sent.kind), _STANDINGS.get(sent.state), read_money(sent.amount)
        if kind is None or standing is None or standing in _NOT_LISTED or amount is None:
            return None
        if sent.begun_ms < self._from_ms:
            return None
        try:
            key = LegKey.from_bytes(sent.key)
        except ValueError:
            return None
        return HeldLeg(key, kind, standing, amount, sent.begun_ms)
