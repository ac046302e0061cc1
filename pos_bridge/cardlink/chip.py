"""Between a prompt and the lane whose room talks to a card: what it sees goes one way, an issuer's answer the other."""

import asyncio
from collections.abc import Callable

from pos_bridge.domain.card import ReadFailure, SealedCard
from pos_bridge.domain.chip import IssuerAnswer, SecondAnswer
from pos_bridge.domain.progress import Progress, Stage, unwatched


class ChipTalk:
    """One ask's chip, if one is put in. Made in a running event loop.

    `inserted` is called when a chip card is in the reader, `sealed` with what is to go to its issuer; the room then
    waits for `issuer`. `progress` is told what the customer is to do before. `said` ends with the card's last word in
    any case, or with why its room was ended: one that could not be asked has not agreed.
    """

    def __init__(
        self, inserted: Callable[[], None], sealed: Callable[[SealedCard], None], progress: Progress = unwatched
    ) -> None:
        loop = asyncio.get_running_loop()
        self._progress = progress
        self.inserted = inserted
        self.sealed = sealed
        self.issuer: asyncio.Future[IssuerAnswer] = loop.create_future()
        self.said: asyncio.Future[SecondAnswer | ReadFailure] = loop.create_future()

    def armed(self) -> None:
        """The reader asks for a card."""
        self._progress(Stage.PRESENT_CARD)

    def not_read(self) -> None:
        self._progress(Stage.PRESENT_AGAIN)

    async def second_answer(self, issuer: IssuerAnswer) -> SecondAnswer | ReadFailure:
        """Pass the issuer's answer on, and wait for the card's. Whoever stops waiting takes nothing back."""
        if not self.issuer.done():
            self.issuer.set_result(issuer)
        return await asyncio.shield(self.said)

    def end(self, answer: SecondAnswer | ReadFailure | None = None) -> None:
        """The card has spoken, or never will. The first answer stands."""
        if not self.said.done():
            self.said.set_result(answer or SecondAnswer(agreed=False))
