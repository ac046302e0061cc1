"""What the answers file keeps of a request about points, for 48 h: its own names, and how it ended. Never whose.

A request that ended is answered again from here alone; of one that a crash broke off the vault says what it did.
"""

from datetime import datetime
from typing import Literal

import msgspec

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.points import Counted, NotCounted, PointsFault
from pos_bridge.pos_api.kept_request import KeptRequest, decode_as, names
from pos_bridge.pos_api.said_of_points import PointsSituation, Uncounted
from pos_bridge.wire.nexo.fields import TransactionID
from pos_bridge.wire.nexo.request import MessageHeader
from pos_bridge.wire.nexo.response import Header
from pos_bridge.wire.nexo.words import Category

_FAULTS: dict[str, Uncounted] = {word.value: word for kind in (PointsFault, PointsSituation) for word in kind}


class LoyaltyKept(KeptRequest, frozen=True, array_like=True):
    """`sale` and `reference` are what the sale was asked for by, `content` a keyed hash of what was asked.

    How it ended: `counted` is the sale's key and `points` what it gave or lost; or `fault` says why nothing was done.
    """

    layout: Literal["points-1"]
    content: bytes
    sale: str | None
    reference: bytes
    gives: bool
    identity_dropped: bool
    counted: str | None = None
    points: int | None = None
    fault: str | None = None

    @property
    def ended(self) -> bool:
        return self.counted is not None or self.fault is not None

    @property
    def named_sale(self) -> LegKey | None:
        return None if self.sale is None else LegKey.parse(self.sale)

    def after(self, outcome: "Counted | NotCounted | PointsSituation") -> "LoyaltyKept":
        """The same, ended so."""
        match outcome:
            case Counted(sale, points):
                return msgspec.structs.replace(self, counted=str(sale), points=points)
            case NotCounted(fault, points):
                return msgspec.structs.replace(self, fault=fault.value, points=points)
            case PointsSituation():
                return msgspec.structs.replace(self, fault=outcome.value)

    @property
    def why_not(self) -> Uncounted | None:
        return None if self.fault is None else _FAULTS.get(self.fault, PointsFault.VAULT)

    def header(self) -> Header:
        return self.header_of(Category.LOYALTY)


_KEPT = msgspec.msgpack.Decoder(LoyaltyKept)


def loyalty_kept(
    header: MessageHeader,
    at: datetime,
    transaction: TransactionID | None = None,
    *,
    content: bytes = b"",
    sale: LegKey | None = None,
    reference: bytes = b"",
    gives: bool = True,
    identity_dropped: bool = False,
) -> LoyaltyKept:
    return LoyaltyKept(
        "points-1",
        *names(header, at, transaction),
        content=content,
        sale=None if sale is None else str(sale),
        reference=reference,
        gives=gives,
        identity_dropped=identity_dropped,
    )


def decode_loyalty(raw: bytes | None) -> LoyaltyKept | None:
    return decode_as(_KEPT, raw)
