"""How a request about points ended, as a LoyaltyResponse: the same first, on a repeat and after a restart."""

from pos_bridge.pos_api.loyalty_kept import LoyaltyKept
from pos_bridge.pos_api.payment_answer import NO_TRANSACTION, Terminal, Warned
from pos_bridge.pos_api.points_answer import loyalty_result
from pos_bridge.pos_api.said import Said
from pos_bridge.pos_api.said_of_points import POINTS, PointsSituation, Uncounted
from pos_bridge.pos_api.speech import Pairs, failure, success
from pos_bridge.wire.nexo.fields import TransactionID
from pos_bridge.wire.nexo.loyalty_response import LoyaltyResponse
from pos_bridge.wire.nexo.response import PoiData, Response, SaleData


def loyalty_response(terminal: Terminal, kept: LoyaltyKept) -> LoyaltyResponse:
    """Of a request that ended; of one that did not, that it is not known."""
    if kept.counted is None:
        return refused(terminal, kept, *why_uncounted(kept.why_not or PointsSituation.NOT_KNOWN, kept.points))
    said: Pairs = (("identity", "chouchous"),) if kept.gives else ()
    answer = success(terminal.language, (), (*said, *_warned(kept)))
    return _response(kept, answer, points=kept.points, programme=terminal.programme)


def refused(terminal: Terminal, kept: LoyaltyKept, said: Said, pairs: Pairs) -> LoyaltyResponse:
    """Nothing was done, as that sentence says."""
    return _response(kept, failure(terminal.language, said, (*pairs, *_warned(kept))))


def why_uncounted(fault: Uncounted, points: int | None = None) -> tuple[Said, Pairs]:
    return POINTS[fault], () if points is None else (("points", str(points)),)


def _response(
    kept: LoyaltyKept, response: Response, *, points: int | None = None, programme: str = ""
) -> LoyaltyResponse:
    return LoyaltyResponse(
        response=response,
        poi_data=PoiData(TransactionID(kept.counted or NO_TRANSACTION, kept.stamp)),
        sale_data=None if kept.transaction is None else SaleData(TransactionID(*kept.transaction)),
        loyalty_result=loyalty_result(programme, points),
    )


def _warned(kept: LoyaltyKept) -> Pairs:
    return (("warning", Warned.DROPPED.value),) if kept.identity_dropped else ()
