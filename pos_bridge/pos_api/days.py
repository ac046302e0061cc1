"""GetTotals and Reconciliation: what was sold and given back since the last day end, and the day end itself."""

import asyncio

from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.domain.outcome import Busy
from pos_bridge.pos_api.answerer import Answerer, Handled
from pos_bridge.pos_api.ports import Desk
from pos_bridge.pos_api.prepare import Preparer
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.said import Instead, Said, Situation
from pos_bridge.pos_api.speech import Pairs, failure, why
from pos_bridge.pos_api.totals_answer import reconciliation_response, totals_response
from pos_bridge.pos_api.transactions import Transactions
from pos_bridge.pos_api.why_not import why_not
from pos_bridge.wire.nexo.amounts import present
from pos_bridge.wire.nexo.request import GetTotalsRequest, MessageHeader, ReconciliationRequest, TotalFilter
from pos_bridge.wire.nexo.totals_response import ReconciliationResponse
from pos_bridge.wire.nexo.words import Category, ReconciliationType


class Days:
    """A day end that is asked for again under the same name, in whatever run, is told of the same day."""

    def __init__(self, answerer: Answerer, desk: Desk, preparer: Preparer, transactions: Transactions) -> None:
        self._answerer = answerer
        self._desk = desk
        self._preparer = preparer
        self._transactions = transactions
        self._closing = asyncio.Lock()

    def totals(self, header: MessageHeader, body: GetTotalsRequest) -> Handled:
        field = self._filtered(body.total_filter)
        if field is not None:
            refused = Instead(Situation.TOTALS_FILTER, f"GetTotalsRequest.TotalFilter.{field}")
            return self._answerer.instead(header, Category.GET_TOTALS, refused)
        return self._totals(header)

    def reconcile(self, header: MessageHeader, body: ReconciliationRequest) -> Handled:
        if body.reconciliation_type is not ReconciliationType.SALE:
            said = why(Instead(Situation.RECONCILIATION_TYPE), gives_back=False)
            return self._not_closed(header, *said, type_=body.reconciliation_type)
        return self._reconcile(header)

    async def _totals(self, header: MessageHeader) -> Reply:
        try:
            reckoning = await self._desk.period()
        except JournalUnwritableError:
            return self._answerer.instead(header, Category.GET_TOTALS, Instead(Situation.NO_TOTALS))
        body = totals_response(self._answerer.terminal.language, reckoning)
        return self._answerer.reply(header, Category.GET_TOTALS, body)

    async def _reconcile(self, header: MessageHeader) -> Reply:
        category = Category.RECONCILIATION
        request = self._preparer.request_of(header.poiid, header.sale_id, header.service_id, category.value)
        async with self._closing:
            try:
                reckoning = await self._desk.closed_period(request)
                running = self._transactions.running
                if reckoning is None and running is not None:  # nobody could say to which day it belongs
                    return self._not_closed(header, *why_not(Busy(running), gives_back=False))
                if reckoning is None:
                    reckoning = await self._desk.close_period(request)
            except JournalUnwritableError:
                return self._not_closed(header, *why(Instead(Situation.DAY_NOT_CLOSED), gives_back=False))
        return self._answerer.reply(
            header, category, reconciliation_response(self._answerer.terminal.language, reckoning)
        )

    def _filtered(self, wanted: TotalFilter | None) -> str | None:
        """The field that asks for less than this terminal's totals, if one does."""
        if wanted is None:
            return None
        if wanted.poiid not in {None, self._answerer.terminal.poiid}:
            return "POIID"
        fields = {
            "SaleID": wanted.sale_id,
            "OperatorID": wanted.operator_id,
            "ShiftNumber": wanted.shift_number,
            "TotalsGroupID": wanted.totals_group_id,
        }
        return next((name for name, raw in fields.items() if present(raw)), None)

    def _not_closed(
        self, header: MessageHeader, said: Said, pairs: Pairs, *, type_: ReconciliationType = ReconciliationType.SALE
    ) -> Reply:
        response = failure(self._answerer.terminal.language, said, pairs)
        return self._answerer.reply(header, Category.RECONCILIATION, ReconciliationResponse(response, type_))
