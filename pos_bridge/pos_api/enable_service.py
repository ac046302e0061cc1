"""EnableService: a till that lets its customer present the card while the goods are still being scanned.

Nothing is read ahead here: a card is read for an amount that its customer can see, and for nothing else. A till that
asks is told that it may go on, and its Payment then asks for the card; so a client that waits for Success goes on.
"""

from collections.abc import Callable

from pos_bridge.pos_api.answerer import Answerer
from pos_bridge.pos_api.device_answer import named, undone
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.said import SITUATIONS, Situation
from pos_bridge.pos_api.said_of_devices import NOT_READ_AHEAD, DeviceSituation
from pos_bridge.pos_api.speech import failure, success
from pos_bridge.wire.nexo.device_request import EnableServiceRequest
from pos_bridge.wire.nexo.device_words import ServiceEnabled, TransactionAction
from pos_bridge.wire.nexo.fields import several
from pos_bridge.wire.nexo.request import MessageHeader
from pos_bridge.wire.nexo.response import Plain, Response
from pos_bridge.wire.nexo.words import Category

_SERVED = frozenset({ServiceEnabled.PAYMENT, ServiceEnabled.LOYALTY})
_SERVICES = "EnableServiceRequest.ServicesEnabled"


class EnableService:
    """`payment`: the ServiceID of the payment that runs, if one does."""

    def __init__(self, answerer: Answerer, payment: Callable[[], str | None]) -> None:
        self._answerer = answerer
        self._payment = payment

    def enable(self, header: MessageHeader, body: EnableServiceRequest) -> Reply:
        response = self._response(body)
        return self._answerer.reply(header, Category.ENABLE_SERVICE, Plain(response))

    def _response(self, body: EnableServiceRequest) -> Response:
        match body.transaction_action:
            case TransactionAction.START:
                return self._start(frozenset(several(body.services_enabled)))
            case TransactionAction.ABORT:  # nothing was begun; a payment that runs is withdrawn by an Abort
                return success(self._answerer.terminal.language)

    def _start(self, services: frozenset[ServiceEnabled]) -> Response:
        language, running = self._answerer.terminal.language, self._payment()
        if not services:
            return failure(language, SITUATIONS[Situation.MESSAGE_FORMAT], named(_SERVICES))
        if not services & _SERVED:
            return undone(language, DeviceSituation.SERVICES_NOT_SERVED)
        if running is not None:
            return failure(language, SITUATIONS[Situation.BUSY], (("serviceId", running),))
        return success(language, (NOT_READ_AHEAD,), (("warning", "card-not-read-ahead"),))
