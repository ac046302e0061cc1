"""One row of the chain: its canonical bytes, its hash, and what it says about a leg.

The hash of a row is SHA-256(tag | hash of the row before | the row in fixed width, big-endian). NULL is encoded as a
value that the column cannot hold (0 for `approved`, all ones for `due`, zeros for digests, no letters for a cause),
so no two rows have the same bytes. The commitment is SHA-256(tag | salt | key), and of a refund SHA-256(tag | salt |
key | key of its sale): the chain proves which processor keys a leg has to whoever holds the salt, and tells nothing to
whoever does not.
"""

import hashlib
import struct
from typing import NamedTuple

from pos_bridge.domain.ledger import DIGEST_LENGTH, SIGNATURE_LENGTH, KnownLeg
from pos_bridge.domain.leg import SETTLED, Cause, Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount

START = bytes(DIGEST_LENGTH)  # the hash before the first row of all
COLUMNS = (
    "sequence, leg, step, kind, tender, cents, due, flow, partial, approved, cause, day, hour, commitment, "
    "order_digest, payment_digest, signature, till, hash"
)
NOT_A_ROW = (struct.error, TypeError, ValueError, AttributeError, OverflowError)  # what `row_hash` and a seal raise
_ROW_TAG = b"pos-bridge journal row v2"
_COMMITMENT_TAG = b"pos-bridge journal key v2"
_LAYOUT = struct.Struct(">Q 16s 16s 16s 8s I I B B I 16s H B 32s 32s 32s 64s H")
_NO_DUE = 0xFFFFFFFF
_NO_DIGEST, _NO_SIGNATURE = bytes(DIGEST_LENGTH), bytes(SIGNATURE_LENGTH)


class Row(NamedTuple):
    """A row as SQLite gives it, in the order of COLUMNS."""

    sequence: int
    leg: bytes
    step: str
    kind: str
    tender: str
    cents: int
    due: int | None
    flow: int
    partial: int
    approved: int | None
    cause: str | None
    day: int
    hour: int
    commitment: bytes
    order_digest: bytes
    payment_digest: bytes | None
    signature: bytes | None
    till: int
    hash: bytes = b""

    @property
    def state(self) -> State:
        return State(self.step)

    @property
    def settled(self) -> bool:
        return self.state in SETTLED

    def known_leg(self, key: LegKey, sale_key: LegKey | None) -> KnownLeg:
        return KnownLeg(
            key=key,
            tender=Tender(self.tender),
            state=self.state,
            amount=Amount(self.cents),
            partial_ok=bool(self.partial),
            flow=Flow(self.flow),
            cause=None if self.cause is None else Cause(self.cause),
            approved=None if self.approved is None else Amount(self.approved),
            due=self.due,
            kind=Kind(self.kind),
            sale_key=sale_key,
        )


def row_hash(before: bytes, row: Row) -> bytes:
    """The hash of a row that follows the hash `before`; `row.hash` is not looked at.

    A plain tuple as SQLite gives it does as well (verification makes no Row of each). Raises struct.error, TypeError,
    AttributeError or ValueError for values that no row can have.
    """
    sequence, leg, step, kind, tender, cents, due, flow, partial, approved, cause, day, hour, *digests, till, _ = row
    committed, order, payment, signature = digests
    packed = _LAYOUT.pack(
        sequence,
        leg,
        step.encode(),
        kind.encode(),
        tender.encode(),
        cents,
        _NO_DUE if due is None else due,
        flow,
        partial,
        approved or 0,
        (cause or "").encode(),
        day,
        hour,
        committed,
        order,
        payment or _NO_DIGEST,
        signature or _NO_SIGNATURE,
        till,
    )
    return hashlib.sha256(_ROW_TAG + before + packed).digest()


def commitment(salt: bytes, key: bytes, sale_key: bytes | None = None) -> bytes:
    """What the chain holds instead of the processor's key of a leg, and of the sale that a refund is of."""
    return hashlib.sha256(_COMMITMENT_TAG + salt + key + (sale_key or b"")).digest()
