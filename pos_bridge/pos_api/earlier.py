"""Abort and TransactionStatus of a request about points; those of every other go to the counter."""

from pos_bridge.pos_api.answerer import Answerer
from pos_bridge.pos_api.counter import Counter
from pos_bridge.pos_api.loyalty import Loyalty
from pos_bridge.pos_api.loyalty_answer import loyalty_response, why_uncounted
from pos_bridge.pos_api.loyalty_kept import LoyaltyKept, decode_loyalty
from pos_bridge.pos_api.meant import header_meant, resolve
from pos_bridge.pos_api.ports import Answers
from pos_bridge.pos_api.prepare import Preparer
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.said_of_points import PointsSituation
from pos_bridge.pos_api.speech import failure
from pos_bridge.pos_api.transactions import Transactions
from pos_bridge.wire.nexo.request import AbortRequest, MessageHeader, MessageReference, TransactionStatusRequest
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.status_response import RepeatedBody, RepeatedMessageResponse, TransactionStatusResponse
from pos_bridge.wire.nexo.words import Category, Result


class Earlier:
    def __init__(
        self,
        answerer: Answerer,
        loyalty: Loyalty,
        counter: Counter,
        *,
        transactions: Transactions,
        answers: Answers,
        preparer: Preparer,
    ) -> None:
        self._answerer = answerer
        self._loyalty = loyalty
        self._counter = counter
        self._transactions = transactions
        self._answers = answers
        self._preparer = preparer

    async def abort(self, header: MessageHeader, body: AbortRequest) -> Reply:
        meant = resolve(header, body.message_reference)
        if not _is_of_points(meant):
            return await self._counter.abort(header, meant)
        if await self._loyalty.abort(self._preparer.request_meant(meant), header_meant(header, meant)):
            return Reply(200, b"")
        return self._answerer.instead(header, Category.ABORT, Instead(Situation.NOTHING_TO_ABORT))

    async def status(self, header: MessageHeader, body: TransactionStatusRequest) -> Reply:
        if body.message_reference is None:
            return await self._last(header)
        meant = resolve(header, body.message_reference)
        if not _is_of_points(meant) or meant.poiid != self._answerer.terminal.poiid:
            return await self._counter.status(header, meant)
        ended = await self._loyalty.ended(self._preparer.request_meant(meant), header_meant(header, meant))
        return self._told(header, ended, meant)

    async def _last(self, header: MessageHeader) -> Reply:
        request = await self._transactions.last()
        kept = None if request is None else decode_loyalty(await self._answers.recall(request))
        if request is None or kept is None:
            return await self._counter.last_status(header, request)
        meant = MessageReference(Category.LOYALTY.value, kept.service_id, kept.sale_id, kept.poiid)
        return self._told(header, await self._loyalty.ended(request, header_meant(header, meant)), meant)

    def _told(self, header: MessageHeader, ended: LoyaltyKept | PointsSituation, meant: MessageReference) -> Reply:
        terminal = self._answerer.terminal
        if isinstance(ended, PointsSituation):
            body = TransactionStatusResponse(failure(terminal.language, *why_uncounted(ended)), meant)
        else:
            repeated = RepeatedBody(loyalty_response=loyalty_response(terminal, ended))
            told = RepeatedMessageResponse(ended.header(), repeated)
            body = TransactionStatusResponse(Response(Result.SUCCESS), meant, told)
        return self._answerer.reply(header, Category.TRANSACTION_STATUS, body)


def _is_of_points(meant: MessageReference) -> bool:
    """One that names it: of no other kind, and not without a name, which the counter refuses."""
    return meant.message_category == Category.LOYALTY.value and meant.service_id is not None
