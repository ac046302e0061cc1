"""How every answer leaves: in its category's shape, with nothing of the request but its header."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.pos_api.device_answer import unread
from pos_bridge.pos_api.kept import kept
from pos_bridge.pos_api.kept_request import stamp
from pos_bridge.pos_api.loyalty_answer import refused
from pos_bridge.pos_api.loyalty_kept import loyalty_kept
from pos_bridge.pos_api.payment_answer import Terminal, payment_response, reversal_response
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.said import Instead
from pos_bridge.pos_api.speech import failure, why
from pos_bridge.pos_api.transaction_kind import TransactionKind
from pos_bridge.wire.nexo.device_words import EventToNotify
from pos_bridge.wire.nexo.encode import Body, encode, encode_event
from pos_bridge.wire.nexo.event import EventNotification
from pos_bridge.wire.nexo.request import MessageHeader
from pos_bridge.wire.nexo.response import Response, header_of_answer
from pos_bridge.wire.nexo.words import Category

Handled = Reply | Awaitable[Reply]


class Answerer:
    def __init__(self, terminal: Terminal, clock: Callable[[], datetime]) -> None:
        self.terminal = terminal
        self.clock = clock

    def reply(self, header: MessageHeader, category: Category, body: Body, told: LegKey | None = None) -> Reply:
        return Reply(200, encode(header_of_answer(header), category, body), told)

    def instead(
        self, header: MessageHeader, category: Category, instead: Instead, *, gives_back: bool = False
    ) -> Reply:
        """A Failure. `gives_back`: an Abort was of a refund. (A reversal always is one.)"""
        terminal = self.terminal
        match category:
            case Category.ABORT:
                response = failure(terminal.language, *why(instead, gives_back=gives_back))
                return self.rejected(header, response)
            case Category.PAYMENT:
                body: Body = payment_response(terminal, kept(header, self.clock()), instead)
            case Category.REVERSAL:
                context = kept(header, self.clock(), kind=TransactionKind.REVERSAL)
                body = reversal_response(terminal, context, instead)
            case Category.LOYALTY:
                asked = loyalty_kept(header, self.clock())
                body = refused(terminal, asked, *why(instead, gives_back=gives_back))
            case _:
                body = unread(category, failure(terminal.language, *why(instead, gives_back=gives_back)))
        return self.reply(header, category, body)

    def rejected(self, header: MessageHeader, response: Response) -> Reply:
        """There was nothing to abort, as that Response says: an event, as nexo has no answer to an Abort."""
        event = EventNotification(stamp(self.clock()), EventToNotify.REJECT, response.additional_response or "")
        return Reply(
            200,
            encode_event(
                event,
                sale_id=header.sale_id,
                poiid=header.poiid,
                device_id=header.device_id,
                protocol_version=header.protocol_version,
            ),
        )
