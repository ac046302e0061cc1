"""Nexo requests to answers, one function a category. Sees the ports Desk and Answers and nothing below them.

No exception reaches a client or a log with its text: the client gets a Failure, the log the kind of trouble.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, assert_never

import msgspec

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.outcome import Closed, NeverSeen, NotPaid, PaidByCard, PaidInCash, Running, SaleAsk
from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.choice import NOTHING_OFFERED, Offered, read_choices
from pos_bridge.pos_api.kept import Kept, kept, stamp
from pos_bridge.pos_api.payment_answer import Terminal, failure, key_of, payment_response, why
from pos_bridge.pos_api.payment_ask import review
from pos_bridge.pos_api.payments import Answered, Payments
from pos_bridge.pos_api.ports import Answers, Desk
from pos_bridge.pos_api.reply import Reply, refusal
from pos_bridge.pos_api.said import SITUATIONS, Instead, Situation
from pos_bridge.pos_api.terminal_answer import diagnosis_response, login_response
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.wire.nexo.decode import BadField, Message, Rejected, Unreadable, decode
from pos_bridge.wire.nexo.request import (
    AbortRequest,
    DiagnosisRequest,
    LoginRequest,
    LogoutRequest,
    MessageHeader,
    MessageReference,
    PaymentRequest,
    TransactionStatusRequest,
)
from pos_bridge.wire.nexo.request import Body as RequestBody
from pos_bridge.wire.nexo.response import (
    Body,
    EventNotification,
    PaymentResponse,
    Plain,
    RepeatedBody,
    RepeatedMessageResponse,
    Response,
    TransactionStatusResponse,
    encode,
    encode_event,
    header_of_answer,
)
from pos_bridge.wire.nexo.words import Category, Result
from pos_bridge.wire.typed_card import has_track

API_KEY_CREDENTIAL = "api-key"

# Refused for privacy, always (NEXO.md, Serve): these would hand the till a card or a PIN.
_NEVER = frozenset(
    {Category.CARD_READER_APDU, Category.CARD_READER_INIT, Category.CARD_READER_POWER_OFF, Category.PIN},
)
_SUCCESS = Response(Result.SUCCESS)
_Handled = Reply | Awaitable[Reply]
_Handler = Callable[[MessageHeader, Any], _Handled]  # the table's key is the type of its second argument


class NexoService:
    """One till's terminal. `secret`: 32 random bytes, kept as long as answers are. `clock` gives aware times.

    `offered`: what a customer can choose here. `on_dropped` is called for each payment, made or refused, that came with
    identity nobody chose to give.
    """

    def __init__(
        self,
        *,
        terminal: Terminal,
        secret: bytes,
        desk: Desk,
        answers: Answers,
        clock: Callable[[], datetime],
        on_trouble: Callable[[Trouble], None],
        on_dropped: Callable[[], None],
        offered: Offered = NOTHING_OFFERED,
        credential: str = API_KEY_CREDENTIAL,
    ) -> None:
        self._terminal = terminal
        self._desk = desk
        self._clock = clock
        self._on_trouble = on_trouble
        self._on_dropped = on_dropped
        self._offered = offered
        keys = TillKeyMaker(secret, credential)
        self._payments = Payments(
            poiid=terminal.poiid, keys=keys, desk=desk, answers=answers, clock=clock, on_trouble=on_trouble
        )
        self._handlers: dict[type[RequestBody], _Handler] = {
            LoginRequest: self._login,
            LogoutRequest: self._logout,
            DiagnosisRequest: self._diagnose,
            PaymentRequest: self._pay,
            AbortRequest: self._abort,
            TransactionStatusRequest: self._status,
        }

    async def answer(self, raw: bytearray) -> Reply:
        """Never raises for what a till sends or a port does. `raw` is wiped before anything is waited for."""
        heard = self._hear(raw)
        return heard if isinstance(heard, Reply) else await heard

    async def told(self, key: LegKey) -> None:
        """Note that the till has the answer about this leg."""
        try:
            await self._desk.told(key)
        except Exception:  # noqa: BLE001 - losing the note only asks again
            self._on_trouble(Trouble.TOLD)

    async def close(self) -> None:
        """Wait for the payments that run; after the desk was closed."""
        await self._payments.close()

    # ---- judged in one go: no frame that waits, and no task, holds more of a request than what passed ----

    def _hear(self, raw: bytearray) -> _Handled:
        try:
            match decode(raw):
                case Rejected(kind, field):
                    return refusal(413 if kind is Unreadable.TOO_LARGE else 400, kind.value, field)
                case BadField(header, category, field):
                    return self._instead(header, category, Instead(Situation.MESSAGE_FORMAT, field))
                case Message() as message:
                    return self._message(message)
                case never:
                    assert_never(never)
        finally:
            raw[:] = bytes(len(raw))  # in place: what was decoded from it looks into it

    def _message(self, message: Message) -> _Handled:
        header, category = message.header, message.category
        if category in _NEVER:
            return self._instead(header, category, Instead(Situation.NOT_ALLOWED_HERE))
        if any(map(has_track, (header.sale_id, header.device_id or ""))):
            return self._instead(header, category, Instead(Situation.CARD_IN_REQUEST))
        if header.poiid != self._terminal.poiid:
            return self._instead(header, category, Instead(Situation.OTHER_POIID))
        if message.body is None:
            return self._instead(header, category, Instead(Situation.NOT_SERVED))
        try:
            handled = self._handlers[type(message.body)](header, message.body)
        except Exception:  # noqa: BLE001 - its text may hold what the till sent
            return self._at_fault(header, category)
        return handled if isinstance(handled, Reply) else self._wait(header, category, handled)

    async def _wait(self, header: MessageHeader, category: Category, handled: Awaitable[Reply]) -> Reply:
        try:
            return await handled
        except Exception:  # noqa: BLE001 - as above
            return self._at_fault(header, category)

    def _at_fault(self, header: MessageHeader, category: Category) -> Reply:
        self._on_trouble(Trouble.REQUEST)
        # A payment may have been made before its answer could not be: only *not known yet* is true.
        situation = Situation.STATE_UNKNOWN if category is Category.PAYMENT else Situation.FAULT
        return self._instead(header, category, Instead(situation))

    # ---- money ----

    def _pay(self, header: MessageHeader, body: PaymentRequest) -> _Handled:
        asked = review(body, self._offered)
        unasked = read_choices(body, self._offered).dropped if isinstance(asked, Instead) else asked.identity_dropped
        if unasked:
            self._on_dropped()
        if isinstance(asked, Instead):
            # What holds a card's data may be the sale's name itself: then not even the till is told it again.
            named = None if asked.situation is Situation.CARD_IN_REQUEST else body.sale_data.sale_transaction_id
            context = kept(header, self._clock(), named, identity_dropped=unasked)
            return self._paid(header, Answered(asked, context))
        return self._charge(header, *self._payments.prepare(header, asked))

    async def _charge(self, header: MessageHeader, sale: SaleAsk, fresh: Kept) -> Reply:
        return self._paid(header, await self._payments.pay(sale, fresh))

    def _paid(self, header: MessageHeader, answered: Answered) -> Reply:
        return self._reply(header, Category.PAYMENT, self._payment(answered), key_of(answered.outcome))

    def _payment(self, answered: Answered) -> PaymentResponse:
        return payment_response(self._terminal, answered.context, answered.outcome, vault_silent=answered.vault_silent)

    async def _abort(self, header: MessageHeader, body: AbortRequest) -> Reply:
        """No response message exists: an empty body, or an event when there is nothing to abort."""
        meant = _resolve(header, body.message_reference)
        if meant.service_id is None:
            field = "AbortRequest.MessageReference.ServiceID"
            return self._instead(header, Category.ABORT, Instead(Situation.MESSAGE_FORMAT, field))
        if meant.message_category == Category.PAYMENT.value and await self._payments.abort(self._request(meant)):
            return Reply(200, b"")
        return self._instead(header, Category.ABORT, Instead(Situation.NOTHING_TO_ABORT))

    async def _status(self, header: MessageHeader, body: TransactionStatusRequest) -> Reply:
        if body.message_reference is None:
            return await self._last_status(header)
        meant = _resolve(header, body.message_reference)
        if meant.service_id is None:
            field = "TransactionStatusRequest.MessageReference.ServiceID"
            return self._instead(header, Category.TRANSACTION_STATUS, Instead(Situation.MESSAGE_FORMAT, field))
        if meant.message_category != Category.PAYMENT.value or meant.poiid != self._terminal.poiid:
            # Nothing else is served, so nothing else can have reached the processor.
            return self._no_outcome(header, Situation.NOT_FOUND, meant)
        return await self._status_of(header, self._request(meant), meant)

    async def _last_status(self, header: MessageHeader) -> Reply:
        request = await self._payments.last()
        if request is None:
            return self._no_outcome(header, Situation.NOT_FOUND, None)
        return await self._status_of(header, request, None)

    async def _status_of(self, header: MessageHeader, request: bytes, meant: MessageReference | None) -> Reply:
        answer = await self._payments.status(request)
        if isinstance(answer, Running) and meant is not None:
            return self._no_outcome(header, Situation.IN_PROGRESS, meant)
        context = await self._payments.recall(request)
        if context is not None:
            meant = MessageReference(Category.PAYMENT.value, context.service_id, context.sale_id, context.poiid)
        match answer:
            case Running():
                return self._no_outcome(header, Situation.IN_PROGRESS, meant)
            case NeverSeen():
                return self._no_outcome(header, Situation.NOT_FOUND, meant)
            case PaidByCard() | PaidInCash() | NotPaid() | Closed():
                pass
            case _:
                assert_never(answer)
        if context is None:  # the answers file has lost it: the outcome still stands
            context = kept(_named(header, meant), self._clock())
        told = await self._payments.answered(answer, context)
        repeated = RepeatedMessageResponse(context.header(), RepeatedBody(self._payment(told)))
        body = TransactionStatusResponse(_SUCCESS, meant, repeated)
        return self._reply(header, Category.TRANSACTION_STATUS, body, key_of(answer))

    def _no_outcome(self, header: MessageHeader, situation: Situation, meant: MessageReference | None) -> Reply:
        response = failure(self._terminal.language, SITUATIONS[situation])
        return self._reply(header, Category.TRANSACTION_STATUS, TransactionStatusResponse(response, meant))

    def _request(self, meant: MessageReference) -> bytes:
        assert meant.poiid is not None
        assert meant.sale_id is not None
        assert meant.service_id is not None
        return self._payments.request_of(meant.poiid, meant.sale_id, meant.service_id)

    # ---- the terminal itself ----

    async def _login(self, header: MessageHeader, body: LoginRequest) -> Reply:
        if body.training_mode_flag:
            return self._instead(header, Category.LOGIN, Instead(Situation.TRAINING))
        health = await self._desk.health()
        system = login_response(self._terminal, health, stamp(self._clock()), busy=self._payments.busy)
        return self._reply(header, Category.LOGIN, system)

    async def _logout(self, header: MessageHeader, _body: LogoutRequest) -> Reply:
        return self._reply(header, Category.LOGOUT, Plain(_SUCCESS))

    async def _diagnose(self, header: MessageHeader, body: DiagnosisRequest) -> Reply:
        health, with_hosts = await self._desk.health(), bool(body.host_diagnosis_flag)
        answer = diagnosis_response(health, busy=self._payments.busy, with_hosts=with_hosts)
        return self._reply(header, Category.DIAGNOSIS, answer)

    # ---- answers ----

    def _instead(self, header: MessageHeader, category: Category, instead: Instead) -> Reply:
        """A Failure in the shape that this category's clients expect."""
        response = failure(self._terminal.language, *why(instead))
        if category is Category.ABORT:
            details = response.additional_response or ""
            event = EventNotification(stamp(self._clock()), "Reject", details)
            return Reply(200, encode_event(header, event))
        if category in {Category.PAYMENT, Category.REVERSAL}:
            body: Body = payment_response(self._terminal, kept(header, self._clock()), instead)
        else:
            body = Plain(response)
        return self._reply(header, category, body)

    def _reply(self, header: MessageHeader, category: Category, body: Body, told: LegKey | None = None) -> Reply:
        return Reply(200, encode(header_of_answer(header), category, body), told)


def _resolve(header: MessageHeader, reference: MessageReference) -> MessageReference:
    """A reference with its absent parts taken from the message that asks."""
    return MessageReference(
        message_category=reference.message_category or Category.PAYMENT.value,
        service_id=reference.service_id,
        sale_id=reference.sale_id or header.sale_id,
        poiid=reference.poiid or header.poiid,
    )


def _named(header: MessageHeader, meant: MessageReference | None) -> MessageHeader:
    """The header that the meant request had, as far as it is known."""
    if meant is None or meant.service_id is None or meant.sale_id is None:
        return header
    return msgspec.structs.replace(header, service_id=meant.service_id, sale_id=meant.sale_id)
