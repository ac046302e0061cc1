"""Nexo requests to answers, one function a category. Sees the ports Desk and Answers and nothing below them.

No exception reaches a client or a log with its text: the client gets a Failure, the log the kind of trouble.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.trouble import Trouble
from pos_bridge.domain.typed_card import has_track
from pos_bridge.pos_api.answerer import Answerer, Handled
from pos_bridge.pos_api.choice import NOTHING_OFFERED, Offered
from pos_bridge.pos_api.counter import Counter
from pos_bridge.pos_api.customer import Customer
from pos_bridge.pos_api.days import Days
from pos_bridge.pos_api.device_health import DeviceHealth
from pos_bridge.pos_api.device_ports import NOTHING_AROUND, Around
from pos_bridge.pos_api.device_service import DeviceService
from pos_bridge.pos_api.earlier import Earlier
from pos_bridge.pos_api.inquiries import Inquiries
from pos_bridge.pos_api.kept_request import stamp
from pos_bridge.pos_api.loyalty import Loyalty
from pos_bridge.pos_api.payment_answer import Terminal
from pos_bridge.pos_api.ports import Answers, Desk
from pos_bridge.pos_api.prepare import Preparer
from pos_bridge.pos_api.proposal import Proposals
from pos_bridge.pos_api.reply import Reply, refusal
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.terminal_answer import diagnosis_response, login_response
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.pos_api.transactions import Floor, Transactions
from pos_bridge.wire.nexo.decode import BadField, Message, Rejected, Unreadable, decode
from pos_bridge.wire.nexo.loyalty_request import LoyaltyRequest
from pos_bridge.wire.nexo.request import (
    AbortRequest,
    DiagnosisRequest,
    GetTotalsRequest,
    LoginRequest,
    LogoutRequest,
    MessageHeader,
    PaymentRequest,
    ReconciliationRequest,
    ReversalRequest,
    TransactionStatusRequest,
)
from pos_bridge.wire.nexo.request import Body as RequestBody
from pos_bridge.wire.nexo.response import Plain, Response
from pos_bridge.wire.nexo.words import Category, Result

API_KEY_CREDENTIAL = "api-key"

# Refused for privacy, always (NEXO.md, Serve): these would hand the till a card or a PIN.
_NEVER = frozenset(
    {Category.CARD_READER_APDU, Category.CARD_READER_INIT, Category.CARD_READER_POWER_OFF, Category.PIN},
)
_SUCCESS = Response(Result.SUCCESS)
_Handler = Callable[[MessageHeader, Any], Handled]  # the table's key is the type of its second argument


class NexoService:
    """One till's terminal. `secret`: 32 random bytes, kept as long as answers are. `clock` gives aware times.

    `offered`: what a customer can choose here. `on_dropped` is called for each transaction, made or refused, that came
    with identity nobody chose to give. `customer`: who is asked where a till leaves the choice to
    them (None: by the devices). `credential`:
    what the till showed; its answers are given to nobody else. Services of several credentials share one `floor`.
    `around`: the devices there are; `on_reject`: an Abort matched nothing.
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
        customer: Customer | None = None,
        floor: Floor | None = None,
        around: Around = NOTHING_AROUND,
        device_health: DeviceHealth | None = None,
        on_reject: Callable[[], None] = lambda: None,
    ) -> None:
        terminal = replace(terminal, programme=offered.programme or "")
        self._terminal = terminal
        self._desk = desk
        self._clock = clock
        self._on_trouble = on_trouble
        self._answerer = Answerer(terminal, clock)
        keys = TillKeyMaker(secret, credential)
        preparer = Preparer(keys)
        floor = floor or Floor()
        self._transactions = Transactions(
            poi=keys.poi(terminal.poiid), desk=desk, answers=answers, on_trouble=on_trouble, floor=floor
        )
        health = device_health or DeviceHealth()
        inquiries = Inquiries(self._answerer, around, health, floor.pad, keys.poi(terminal.poiid), payment=self._runs)
        self._devices = DeviceService(
            self._answerer, around, health, inquiries, payment=self._runs, on_reject=on_reject
        )
        proposals = Proposals(customer or inquiries, offered.programme, on_dropped)
        counter = Counter(
            self._answerer,
            preparer,
            self._transactions,
            offered=offered,
            on_dropped=on_dropped,
            proposals=proposals,
        )
        self._loyalty = Loyalty(
            self._answerer,
            desk,
            keys,
            answers,
            offered=offered,
            proposals=proposals,
            busy=self._runs,
            asking=inquiries.announced,
            floor=floor,
            on_dropped=on_dropped,
            on_trouble=on_trouble,
        )
        earlier = Earlier(
            self._answerer,
            self._loyalty,
            counter,
            transactions=self._transactions,
            answers=answers,
            preparer=preparer,
        )
        days = Days(self._answerer, desk, preparer, self._transactions)
        self._handlers: dict[type[RequestBody], _Handler] = {
            LoginRequest: self._login,
            LogoutRequest: self._logout,
            DiagnosisRequest: self._diagnose,
            PaymentRequest: counter.pay,
            ReversalRequest: counter.reverse,
            AbortRequest: self._devices.with_inputs(earlier.abort),
            TransactionStatusRequest: earlier.status,
            LoyaltyRequest: self._loyalty.ask,
            GetTotalsRequest: days.totals,
            ReconciliationRequest: days.reconcile,
            **self._devices.handlers,
        }

    async def answer(self, raw: bytearray) -> Reply:
        """Never raises for what a till sends or a port does. `raw` is wiped before anything is waited for."""
        heard = self.hear(raw)
        return heard if isinstance(heard, Reply) else await heard

    async def told(self, key: LegKey) -> None:
        """Note that the till has the answer about this leg."""
        try:
            await self._desk.told(key)
        except Exception:  # noqa: BLE001 - losing the note only asks again
            self._on_trouble(Trouble.TOLD)

    async def close(self) -> None:
        """Wait for the transactions that run; after the desk was closed."""
        await self._devices.close()
        await self._loyalty.close()
        await self._transactions.close()

    # ---- judged in one go: no frame that waits, and no task, holds more of a request than what passed ----

    def hear(self, raw: bytearray, meant: Callable[[MessageHeader], bool] | None = None) -> Handled:
        """What is judged at once, or what is to be waited for; `raw` is wiped. `meant` may refuse the header."""
        try:
            decoded = decode(raw)
            if not (meant is None or isinstance(decoded, Rejected) or meant(decoded.header)):
                return refusal(401, "sealed-refused")
            match decoded:
                case Rejected(kind, field):
                    return refusal(413 if kind is Unreadable.TOO_LARGE else 400, kind.value, field)
                case BadField(header, category, field):
                    return self._answerer.instead(header, category, Instead(Situation.MESSAGE_FORMAT, field))
                case Message() as message:
                    return self._message(message)
                case never:
                    assert_never(never)
        finally:
            raw[:] = bytes(len(raw))  # in place: what was decoded from it looks into it

    def _message(self, message: Message) -> Handled:
        header, category = message.header, message.category
        if category in _NEVER:
            return self._answerer.instead(header, category, Instead(Situation.NOT_ALLOWED_HERE))
        if any(map(has_track, (header.sale_id, header.device_id or ""))):
            return self._answerer.instead(header, category, Instead(Situation.CARD_IN_REQUEST))
        if header.poiid != self._terminal.poiid:
            return self._answerer.instead(header, category, Instead(Situation.OTHER_POIID))
        if message.body is None:
            return self._answerer.instead(header, category, Instead(Situation.NOT_SERVED))
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
        # Money may have moved before its answer could not be made: only *not known yet* is true.
        moves_money = category in {Category.PAYMENT, Category.REVERSAL}
        situation = Situation.STATE_UNKNOWN if moves_money else Situation.FAULT
        return self._answerer.instead(header, category, Instead(situation))

    def _runs(self) -> str | None:
        """The ServiceID of the payment that runs."""
        return self._transactions.running

    # ---- the terminal itself ----

    async def _login(self, header: MessageHeader, body: LoginRequest) -> Reply:
        if body.training_mode_flag:
            return self._answerer.instead(header, Category.LOGIN, Instead(Situation.TRAINING))
        health = await self._desk.health()
        system = login_response(self._terminal, health, stamp(self._clock()), busy=self._runs() is not None)
        return self._answerer.reply(header, Category.LOGIN, system)

    async def _logout(self, header: MessageHeader, _body: LogoutRequest) -> Reply:
        return self._answerer.reply(header, Category.LOGOUT, Plain(_SUCCESS))

    async def _diagnose(self, header: MessageHeader, body: DiagnosisRequest) -> Reply:
        health, with_hosts = await self._desk.health(), bool(body.host_diagnosis_flag)
        answer = diagnosis_response(health, busy=self._runs() is not None, with_hosts=with_hosts)
        return self._answerer.reply(header, Category.DIAGNOSIS, answer)
