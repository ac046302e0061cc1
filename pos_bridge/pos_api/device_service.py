"""The device messages of one till's terminal, together: what handles each, and what an Abort can withdraw of them."""

from collections.abc import Awaitable, Callable
from typing import Any

from pos_bridge.pos_api.answerer import Answerer, Handled
from pos_bridge.pos_api.device_answer import undone
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.device_ports import Around
from pos_bridge.pos_api.displays import Displays
from pos_bridge.pos_api.enable_service import EnableService
from pos_bridge.pos_api.inquiries import Inquiries
from pos_bridge.pos_api.prints import Prints
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.said_of_devices import DeviceSituation
from pos_bridge.wire.nexo.device_request import DisplayRequest, EnableServiceRequest, InputRequest, PrintRequest
from pos_bridge.wire.nexo.request import AbortReference, AbortRequest, Body, MessageHeader
from pos_bridge.wire.nexo.words import Category

_Abort = Callable[[MessageHeader, AbortRequest], Awaitable[Reply]]


class DeviceService:
    """`payment`: the ServiceID of the payment that runs, if one does. `on_reject`: an Abort matched nothing."""

    def __init__(
        self,
        answerer: Answerer,
        around: Around,
        health: DeviceHealth,
        inquiries: Inquiries,
        *,
        payment: Callable[[], str | None],
        on_reject: Callable[[], None],
    ) -> None:
        self._answerer = answerer
        self._on_reject = on_reject
        self._inquiries = inquiries
        self._prints = Prints(answerer, around.printer, health)
        displays = Displays(answerer, around.display, health)
        self.handlers: dict[type[Body], Callable[[MessageHeader, Any], Handled]] = {
            DisplayRequest: displays.show,
            InputRequest: inquiries.ask,
            PrintRequest: self._prints.issue,
            EnableServiceRequest: EnableService(answerer, payment).enable,
        }

    def with_inputs(self, abort: _Abort) -> _Abort:
        """An Abort of an Input is answered here, of anything else by `abort`; what matched nothing is told."""

        async def either(header: MessageHeader, body: AbortRequest) -> Reply:
            meant = body.message_reference
            if meant.message_category == Category.INPUT.value and (meant.service_id or meant.device_id):
                reply = self._abort(header, meant)
            else:
                reply = await abort(header, body)
            if reply.body:
                self._on_reject()
            return reply

        return either

    async def close(self) -> None:
        """Nobody is asked any more, and nothing more is printed."""
        await self._inquiries.close()
        await self._prints.close()

    def _abort(self, header: MessageHeader, meant: AbortReference) -> Reply:
        reference = AbortReference(
            Category.INPUT.value, meant.service_id, meant.sale_id or header.sale_id, header.poiid, meant.device_id
        )
        if self._inquiries.abort(reference):
            return Reply(200, b"")
        return self._answerer.rejected(header, undone(self._answerer.terminal.language, DeviceSituation.NO_QUESTION))
