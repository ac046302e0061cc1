"""LoyaltyRequest: points counted for a sale that was paid, and taken back, by messages of their own.

Each runs in a task of its own, once, and is answered again for 48 hours; no money moves and no journal hears of it.
What a crash broke off the vault remembers, under the request's own mark.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from pos_bridge.domain.identity import VaultUnusableError
from pos_bridge.domain.ledger import JournalUnwritableError
from pos_bridge.domain.outcome import Busy, Running
from pos_bridge.domain.points import AwardAsk, AwardRefundAsk, NotCounted, PointsFault, PointsOutcome
from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.answerer import Answerer, Handled
from pos_bridge.pos_api.choice import Offered
from pos_bridge.pos_api.kept_request import encode_kept
from pos_bridge.pos_api.loyalty_answer import loyalty_response, refused
from pos_bridge.pos_api.loyalty_ask import LoyaltyAsk, member_of, review_loyalty
from pos_bridge.pos_api.loyalty_kept import LoyaltyKept, decode_loyalty, loyalty_kept
from pos_bridge.pos_api.ports import Answers, Desk
from pos_bridge.pos_api.proposal import Proposal, Proposals
from pos_bridge.pos_api.reply import Reply
from pos_bridge.pos_api.request_locks import RequestLocks
from pos_bridge.pos_api.said import Instead, Situation
from pos_bridge.pos_api.said_of_points import PointsSituation
from pos_bridge.pos_api.speech import why
from pos_bridge.pos_api.till_keys import TillKeyMaker
from pos_bridge.pos_api.transactions import Floor
from pos_bridge.pos_api.why_not import why_not
from pos_bridge.wire.nexo.loyalty_request import LoyaltyRequest
from pos_bridge.wire.nexo.request import MessageHeader
from pos_bridge.wire.nexo.words import Category

Told = PointsOutcome | Busy | Running | PointsSituation | None  # None: as what is kept says


@dataclass(slots=True, repr=False)
class _Request:
    """One from its arrival to its answer. `wanted` is let go of once the desk has it; `withdrawn` before that."""

    name: bytes
    wanted: LoyaltyAsk | None
    proposal: Proposal | None
    task: "asyncio.Task[tuple[LoyaltyKept, Told]] | None" = None
    at_desk: bool = False
    withdrawn: bool = False

    def withdraw(self) -> None:
        self.withdrawn = True
        if self.proposal is not None:
            self.proposal.give_up()


class Loyalty:
    """`busy` names the payment that runs, if one does; `asking` keeps others from beginning while a customer is asked.

    `floor`: theirs. `on_dropped`: as in counter.Counter.
    """

    def __init__(
        self,
        answerer: Answerer,
        desk: Desk,
        keys: TillKeyMaker,
        answers: Answers,
        *,
        offered: Offered,
        proposals: Proposals,
        busy: Callable[[], str | None],
        asking: Callable[[str], AbstractContextManager[None]],
        floor: Floor,
        on_dropped: Callable[[], None],
        on_trouble: Callable[[Trouble], None],
    ) -> None:
        self._answerer = answerer
        self._desk = desk
        self._keys = keys
        self._answers = answers
        self._offered = offered
        self._proposals = proposals
        self._busy = busy
        self._asking = asking
        self._floor = floor
        self._on_dropped = on_dropped
        self._on_trouble = on_trouble
        self._live: dict[bytes, _Request] = {}
        self._locks = RequestLocks()

    # ---- judged in one go: what waits holds nothing of the request but what passed ----

    def ask(self, header: MessageHeader, body: LoyaltyRequest) -> Handled:
        asked = review_loyalty(body, self._offered)
        unasked = member_of(body, self._offered).dropped
        if unasked:
            self._on_dropped()
        at, named = self._answerer.clock(), body.sale_data.sale_transaction_id
        match asked:
            case Instead(Situation.CARD_IN_REQUEST):  # the sale's name itself may hold it
                fresh = loyalty_kept(header, at, identity_dropped=unasked)
                return self._instead(header, fresh, asked)
            case Instead():
                return self._instead(header, loyalty_kept(header, at, named, identity_dropped=unasked), asked)
            case PointsFault():
                fresh = loyalty_kept(header, at, named, identity_dropped=unasked)
                return self._told(header, fresh, NotCounted(asked))
            case LoyaltyAsk():
                proposal = self._proposals.about(asked.proposed, header.service_id)
                wanted = replace(asked, proposed=None)
                request = _Request(self._name(header), wanted, proposal)
                return self._make(header, request, self._fresh(header, at, wanted))

    def _fresh(self, header: MessageHeader, at: datetime, asked: LoyaltyAsk) -> LoyaltyKept:
        return loyalty_kept(
            header,
            at,
            asked.transaction,
            content=self._keys.content(asked.content()),
            sale=asked.sale,
            reference=self._reference(header, asked),
            gives=asked.gives,
            identity_dropped=asked.identity_dropped,
        )

    def _reference(self, header: MessageHeader, asked: LoyaltyAsk) -> bytes:
        """The keyed hash that a payment of this amount for this sale has in the journal; of a refund nobody's."""
        if not asked.gives or asked.amount is None:
            return b""
        return self._keys.sale(self._keys.own(header.sale_id, asked.transaction.transaction_id), asked.amount)

    def _name(self, header: MessageHeader) -> bytes:
        return self._keys.request(header.poiid, header.sale_id, header.service_id, Category.LOYALTY.value)

    async def _make(self, header: MessageHeader, request: _Request, fresh: LoyaltyKept) -> Reply:
        """The same request again waits for the first one, or is given its answer."""
        live = self._live.get(request.name)
        if live is None:
            live = self._live[request.name] = request
            live.task = self._floor.begin(self._run(live, fresh))
        assert live.task is not None
        kept, told = await asyncio.shield(live.task)
        if kept.content and kept.content != fresh.content:
            return self._told(header, fresh, PointsSituation.CONTRADICTION)  # the first one stands
        return self._told(header, kept, told)

    async def _run(self, request: _Request, fresh: LoyaltyKept) -> tuple[LoyaltyKept, Told]:
        try:
            return await self._admit(request, fresh)
        except Exception:  # noqa: BLE001 - whatever it was, the till gets an answer and the log a word
            self._on_trouble(Trouble.REQUEST)
            return fresh, PointsSituation.NOT_KNOWN
        finally:
            del self._live[request.name]

    async def _admit(self, request: _Request, fresh: LoyaltyKept) -> tuple[LoyaltyKept, Told]:
        async with self._locks.of(request.name):  # a question asked before this request came is answered first
            before = decode_loyalty(await self._answers.recall(request.name))
            if before is not None and (before.ended or before.content != fresh.content):
                return before, None
            running = self._busy()
            if running is not None:
                return fresh, Busy(running)
            kept = before or fresh
            if request.proposal is not None:
                with self._asking(kept.service_id):  # in the turn in which nothing ran: no payment comes between
                    kept = await self._choose(request, kept)
            if request.withdrawn:
                return await self._end(request.name, kept, PointsSituation.ABORTED)
            if request.wanted is None or (request.wanted.gives and request.wanted.member is None):
                return await self._end(request.name, kept, NotCounted(PointsFault.NOBODY))
            await self._keep(request.name, kept)
            request.at_desk = True
        told = await self._ask_desk(request, kept.reference)
        if isinstance(told, Busy | Running) or told == NotCounted(PointsFault.VAULT):
            return kept, told  # not its end: asked again it is tried again
        return await self._end(request.name, kept, told)

    async def _choose(self, request: _Request, kept: LoyaltyKept) -> LoyaltyKept:
        assert request.proposal is not None
        assert request.wanted is not None
        member, dropped = await request.proposal.answer()
        request.wanted = None if member is None else replace(request.wanted, member=member)
        return msgspec.structs.replace(kept, identity_dropped=kept.identity_dropped or dropped)

    async def _ask_desk(self, request: _Request, reference: bytes) -> PointsOutcome | Busy | Running:
        wanted, request.wanted = request.wanted, None
        assert wanted is not None
        if wanted.gives:
            assert wanted.amount is not None  # an award is of an amount
            assert wanted.member is not None  # and for a member
            ask = AwardAsk(request.name, wanted.sale, reference, wanted.amount, wanted.member, wanted.told)
            return await self._desk.award(ask)
        assert wanted.sale is not None  # what is taken back is of one
        return await self._desk.take_back(AwardRefundAsk(request.name, wanted.sale, wanted.amount, wanted.told))

    # ---- about an earlier request ----

    async def abort(self, request: bytes, header: MessageHeader) -> bool:
        """False: nothing matched, and that request is closed. `header`: as that request's would be."""
        live = self._live.get(request)
        if live is not None:
            if not live.at_desk:
                live.withdraw()
            return True
        async with self._locks.of(request):
            if decode_loyalty(await self._answers.recall(request)) is None:
                await self._close(request, header)
        return False

    async def ended(self, request: bytes, header: MessageHeader) -> LoyaltyKept | PointsSituation:
        """How it ended; NOT_KNOWN while it runs or the vault is silent; NOT_SEEN, and then it is closed."""
        if request in self._live:
            return PointsSituation.NOT_KNOWN
        async with self._locks.of(request):
            kept = decode_loyalty(await self._answers.recall(request))
            if kept is None:
                await self._close(request, header)
                return PointsSituation.NOT_SEEN
            if kept.ended:
                return kept
            try:
                counted = await self._desk.counted(request, kept.named_sale, kept.reference)
            except (VaultUnusableError, JournalUnwritableError):
                return PointsSituation.NOT_KNOWN
            if counted is None:
                return kept.after(NotCounted(PointsFault.VAULT))  # not its end, as above
            return (await self._end(request, kept, counted))[0]

    async def close(self) -> None:
        """Wait for what runs; after the desk was closed."""
        for request in self._live.values():
            request.withdraw()
        tasks = [request.task for request in self._live.values() if request.task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---- what is kept, and told ----

    async def _end(
        self, request: bytes, kept: LoyaltyKept, told: PointsOutcome | PointsSituation
    ) -> tuple[LoyaltyKept, Told]:
        after = kept.after(told)
        await self._keep(request, after)
        return after, told

    async def _close(self, request: bytes, header: MessageHeader) -> None:
        """A late copy is aborted. Kept as nobody's last request: it was none."""
        closed = loyalty_kept(header, self._answerer.clock()).after(PointsSituation.ABORTED)
        await self._answers.keep(request, self._keys.poi(""), encode_kept(closed))

    async def _keep(self, request: bytes, kept: LoyaltyKept) -> None:
        await self._answers.keep(request, self._keys.poi(kept.poiid), encode_kept(kept))

    def _told(self, header: MessageHeader, kept: LoyaltyKept, told: Told) -> Reply:
        terminal = self._answerer.terminal
        match told:
            case Busy():
                body = refused(terminal, kept, *why_not(told, gives_back=False))
            case None | Running():
                body = loyalty_response(terminal, kept)
            case _:
                body = loyalty_response(terminal, kept if kept.ended else kept.after(told))
        return self._answerer.reply(header, Category.LOYALTY, body)

    def _instead(self, header: MessageHeader, kept: LoyaltyKept, instead: Instead) -> Reply:
        body = refused(self._answerer.terminal, kept, *why(instead, gives_back=False))
        return self._answerer.reply(header, Category.LOYALTY, body)
