"""LoyaltyHandling Proposed: the customer is asked whether this purchase counts for their membership, and decides.

Yes is the choice; no is none, and nothing is said of it. Where nobody could be asked, or nobody answered, the number is
dropped like any that nobody chose. What was proposed is let go of as soon as that is known.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

import msgspec

from pos_bridge.domain.identity import ChoiceKind, Chouchous
from pos_bridge.domain.outcome import SaleAsk
from pos_bridge.pos_api.customer import Customer
from pos_bridge.pos_api.kept import Kept
from pos_bridge.words import Words

LIMIT_S = 15.0  # the customer waits to pay
_GRACE_S = 1.0  # for a port that is late with saying that nobody answered

_QUESTION = Words("Ajouter cet achat à votre compte {programme}?", "Add this purchase to your {programme} account?")

_Asked = TypeVar("_Asked")


class Proposal:
    """One number that is proposed, once, in the request of that ServiceID.

    `on_dropped` is called when nobody answered.
    """

    def __init__(
        self,
        customer: Customer,
        programme: str,
        member: Chouchous,
        service_id: str,
        on_dropped: Callable[[], None],
    ) -> None:
        self._customer = customer
        self._programme = programme
        self._member: Chouchous | None = member
        self._service_id = service_id
        self._on_dropped = on_dropped
        self._given_up = asyncio.Event()

    def give_up(self) -> None:
        """Nobody needs the answer any more: it is none, at once."""
        self._given_up.set()

    async def answer(self) -> tuple[Chouchous | None, bool]:
        """What the customer chose, and whether it was dropped because nobody answered."""
        said = await self._asked()
        member, self._member = self._member, None
        if said is None and member is not None:
            self._on_dropped()
        return (member if said else None), said is None

    async def settled(self, ask: _Asked, fresh: Kept) -> tuple[_Asked, Kept]:
        """A sale, and what is kept of its request, with what the customer chose in it."""
        member, dropped = await self.answer()
        if dropped:
            return ask, msgspec.structs.replace(fresh, identity_dropped=True)
        if member is None or not isinstance(ask, SaleAsk):
            return ask, fresh
        return replace(ask, choices=(member, *ask.choices)), fresh.about(fresh.kinds | {ChoiceKind.CHOUCHOUS})

    async def _asked(self) -> bool | None:
        fr, en = (half.format(programme=self._programme) for half in (_QUESTION.fr, _QUESTION.en))
        asking = asyncio.ensure_future(self._customer.confirm(fr, en, LIMIT_S, self._service_id))
        giving_up = asyncio.ensure_future(self._given_up.wait())
        try:
            both: set[asyncio.Future[bool | None]] = {asking, giving_up}  # type: ignore[arg-type] # waited for, not read
            await asyncio.wait(both, timeout=LIMIT_S + _GRACE_S, return_when=asyncio.FIRST_COMPLETED)
            if asking.done() and not asking.cancelled() and asking.exception() is None:
                return asking.result()
            return None
        finally:
            for waiting in (asking, giving_up):
                waiting.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await waiting


class Proposals:
    """How customers are asked at this till. Without a `programme` nobody is."""

    def __init__(self, customer: Customer, programme: str | None, on_dropped: Callable[[], None]) -> None:
        self._customer = customer
        self._programme = programme
        self._on_dropped = on_dropped

    def about(self, member: Chouchous | None, service_id: str) -> Proposal | None:
        """`service_id`: the till's own name of its request."""
        if member is None or self._programme is None:
            return None
        return Proposal(self._customer, self._programme, member, service_id, self._on_dropped)
