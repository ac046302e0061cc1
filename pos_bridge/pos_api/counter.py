"""What a till asks about money: Payment, Reversal, Abort and TransactionStatus, each to the desk and back."""

from collections.abc import Callable
from typing import assert_never

from pos_bridge.domain.outcome import (
    Closed,
    NeverSeen,
    NotPaid,
    NotRefunded,
    PaidByCard,
    PaidInCash,
    Refunded,
    RefundedInCash,
    Running,
    StatusAnswer,
    Voided,
)
from pos_bridge.pos_api.answerer import Answerer, Handled
from pos_bridge.pos_api.choice import Offered
from pos_bridge.pos_api.kept import Kept, kept
from pos_bridge.pos_api.meant import header_meant
from pos_bridge.pos_api.payment_answer import payment_response, reversal_response
from pos_bridge.pos_api.payment_ask import PaymentAsk, RefundPaymentAsk, choices_of, kind_of_payment, review
from pos_bridge.pos_api.prepare import Ask, Preparer
from pos_bridge.pos_api.proposal import Proposal, Proposals
from pos_bridge.pos_api.receipt_facts import own_key
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.reversal_ask import names_someone, review_reversal
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.speech import failure
from pos_bridge.pos_api.spoken import wished
from pos_bridge.pos_api.transaction_kind import TransactionKind
from pos_bridge.pos_api.transactions import Answered, Transactions
from pos_bridge.pos_api.why_not import why_not
from pos_bridge.wire.nexo.payment_response import PaymentResponse, ReversalResponse
from pos_bridge.wire.nexo.request import (
    MessageHeader,
    MessageReference,
    PaymentRequest,
    ReversalRequest,
)
from pos_bridge.wire.nexo.response import Response
from pos_bridge.wire.nexo.status_response import RepeatedBody, RepeatedMessageResponse, TransactionStatusResponse
from pos_bridge.wire.nexo.words import Category, Result

_SUCCESS = Response(Result.SUCCESS)
_CATEGORIES = frozenset({kind.category.value for kind in TransactionKind})


class Counter:
    """`on_dropped` is called for each transaction, made or refused, that came with identity nobody chose to give.

    `proposals`: how a customer is asked whether they choose.
    """

    def __init__(
        self,
        answerer: Answerer,
        preparer: Preparer,
        transactions: Transactions,
        *,
        offered: Offered,
        on_dropped: Callable[[], None],
        proposals: Proposals,
    ) -> None:
        self._answerer = answerer
        self._preparer = preparer
        self._transactions = transactions
        self._offered = offered
        self._on_dropped = on_dropped
        self._proposals = proposals

    # ---- judged in one go: what waits holds nothing of the request but what passed ----

    def pay(self, header: MessageHeader, body: PaymentRequest) -> Handled:
        asked = review(body, self._offered)
        unasked = choices_of(body, self._offered).dropped if isinstance(asked, Instead) else asked.identity_dropped
        if unasked:
            self._on_dropped()
        at = self._answerer.clock()
        match asked:
            case Instead():
                # What holds a card's data may be the sale's name itself: then not even the till is told it again.
                named = None if asked.situation is Situation.CARD_IN_REQUEST else body.sale_data.sale_transaction_id
                kind = kind_of_payment(body)
                context = kept(header, at, named, identity_dropped=unasked, kind=kind, wished=wished(body))
                return self._told(header, Answered(asked, context))
            case PaymentAsk():
                proposal = self._proposals.about(choices_of(body, self._offered).proposed, header.service_id)
                return self._make(header, *self._preparer.sale(header, asked, at), proposal)
            case RefundPaymentAsk():
                return self._make(header, *self._preparer.refund(header, asked, at))
            case _:
                assert_never(asked)

    def reverse(self, header: MessageHeader, body: ReversalRequest) -> Handled:
        asked = review_reversal(body)
        unasked = names_someone(body)
        if unasked:
            self._on_dropped()
        at = self._answerer.clock()
        if isinstance(asked, Instead):
            kind = TransactionKind.REVERSAL
            context = kept(header, at, identity_dropped=unasked, kind=kind, wished=wished(body))
            return self._told(header, Answered(asked, context))
        return self._make(header, *self._preparer.reversal(header, asked, at))

    async def _make(self, header: MessageHeader, ask: Ask, fresh: Kept, proposal: Proposal | None = None) -> Reply:
        return self._told(header, await self._transactions.make(ask, fresh, proposal))

    def _told(self, header: MessageHeader, answered: Answered) -> Reply:
        context = answered.context
        told = own_key(context, answered.outcome)
        return self._answerer.reply(header, context.kind.category, self._body(answered), told)

    def _body(self, answered: Answered) -> PaymentResponse | ReversalResponse:
        terminal, context, outcome = self._answerer.terminal, answered.context, answered.outcome
        if context.kind is TransactionKind.REVERSAL:
            return reversal_response(terminal, context, outcome)
        return payment_response(terminal, context, outcome, vault_silent=answered.vault_silent)

    # ---- about an earlier request: `meant` as meant.resolve gives it ----

    async def abort(self, header: MessageHeader, meant: MessageReference) -> Reply:
        """No response message exists: an empty body, or an event when there is nothing to abort."""
        if meant.service_id is None:
            field = "AbortRequest.MessageReference.ServiceID"
            return self._answerer.instead(header, Category.ABORT, Instead(Situation.MESSAGE_FORMAT, field))
        request = self._preparer.request_meant(meant)
        if meant.message_category in _CATEGORIES and await self._transactions.abort(request):
            return Reply(200, b"")
        nothing = Instead(Situation.NOTHING_TO_ABORT)
        return self._answerer.instead(header, Category.ABORT, nothing, gives_back=_is_reversal(meant))

    async def status(self, header: MessageHeader, meant: MessageReference) -> Reply:
        if meant.service_id is None:
            field = "TransactionStatusRequest.MessageReference.ServiceID"
            return self._answerer.instead(header, Category.TRANSACTION_STATUS, Instead(Situation.MESSAGE_FORMAT, field))
        if meant.message_category not in _CATEGORIES or meant.poiid != self._answerer.terminal.poiid:
            # Nothing else is served, so nothing else can have reached the processor.
            return self._no_outcome(header, Instead(Situation.NOT_FOUND), meant)
        return await self._status_of(header, self._preparer.request_meant(meant), meant)

    async def last_status(self, header: MessageHeader, request: bytes | None) -> Reply:
        """Of the request by that name, the till's last one."""
        if request is None:
            return self._no_outcome(header, Instead(Situation.NOT_FOUND), None)
        return await self._status_of(header, request, None)

    async def _status_of(self, header: MessageHeader, request: bytes, meant: MessageReference | None) -> Reply:
        answer = await self._transactions.status(request)
        context = await self._transactions.recall(request)
        if context is not None:
            category = context.kind.category.value
            meant = MessageReference(category, context.service_id, context.sale_id, context.poiid)
        gives_back = context is not None and context.kind.gives_back
        match answer:
            case Running(person=person):
                told_instead = answer if person else Instead(Situation.IN_PROGRESS)
                return self._no_outcome(header, told_instead, meant, gives_back=gives_back)
            case NeverSeen():
                return self._no_outcome(header, Instead(Situation.NOT_FOUND), meant, gives_back=gives_back)
            case PaidByCard() | PaidInCash() | NotPaid() | Closed():
                pass
            case Refunded() | RefundedInCash() | Voided() | NotRefunded():
                pass
            case _:
                assert_never(answer)
        if context is None:  # the answers file has lost it: the outcome still stands
            asked = header if meant is None else header_meant(header, meant)
            context = kept(asked, self._answerer.clock(), kind=_kind_of(answer, meant))
        told = await self._transactions.answered(answer, context)
        said = self._body(told)
        repeated = RepeatedBody(reversal_response=said) if isinstance(said, ReversalResponse) else RepeatedBody(said)
        body = TransactionStatusResponse(_SUCCESS, meant, RepeatedMessageResponse(context.header(), repeated))
        return self._answerer.reply(header, Category.TRANSACTION_STATUS, body, own_key(context, answer))

    def _no_outcome(
        self,
        header: MessageHeader,
        instead: Instead | Running,
        meant: MessageReference | None,
        *,
        gives_back: bool = False,
    ) -> Reply:
        gives_back = gives_back or (meant is not None and _is_reversal(meant))
        response = failure(self._answerer.terminal.language, *why_not(instead, gives_back=gives_back))
        return self._answerer.reply(header, Category.TRANSACTION_STATUS, TransactionStatusResponse(response, meant))


def _is_reversal(meant: MessageReference) -> bool:
    return meant.message_category == Category.REVERSAL.value


def _kind_of(answer: StatusAnswer, meant: MessageReference | None) -> TransactionKind:
    """What was asked for, as far as the answer and the question tell."""
    if isinstance(answer, Voided) or (meant is not None and _is_reversal(meant)):
        return TransactionKind.REVERSAL
    refund = isinstance(answer, Refunded | RefundedInCash | NotRefunded)
    return TransactionKind.REFUND if refund else TransactionKind.PAYMENT
