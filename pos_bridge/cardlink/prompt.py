"""One prompt for one card: every reader armed, the first card wins; and what one reader's failure means for the rest.

Holds no card data but sealed.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from pos_bridge.cardlink.chip import ChipTalk
from pos_bridge.cardlink.lane import Lane, NotRead
from pos_bridge.domain.card import EntryMode, ReadFailure, SealedCard
from pos_bridge.domain.chip import HostWord, IssuerAnswer, SecondAnswer
from pos_bridge.domain.progress import Progress, Stage, unwatched
from pos_bridge.wire.cardlink import Read

# A card was presented and is not taken: the cashier is told at once, whatever the other readers wait for.
_CARD_REFUSED = frozenset(
    {
        ReadFailure.CHIP_REQUIRED,
        ReadFailure.NOT_A_BANK_CARD,
        ReadFailure.UNREADABLE,
        ReadFailure.READER_IN_CLEAR,  # if it was armed: one without keys says so before it asks for a card
        ReadFailure.CHIP_DECLINED,
        ReadFailure.CHIP_FAILED,
        ReadFailure.CARD_REMOVED,
        ReadFailure.CARD_BLOCKED,
    }
)
# Of several readers' reasons, when none was given a card, the first of these is told.
_MOST_TELLING = (
    ReadFailure.SURROUNDINGS,
    ReadFailure.KEY_REFUSED,
    ReadFailure.READER_LOGGED,
    ReadFailure.CHIP_FAILED,  # and then nobody swiped
    ReadFailure.CARD_LEFT,
    ReadFailure.NO_CARD,  # one reader did wait to the end
    ReadFailure.READER_IN_CLEAR,
    ReadFailure.READER_STALLED,
    ReadFailure.READER_BUSY,
    ReadFailure.READER_ABSENT,
    ReadFailure.ROOM_FAULT,
    ReadFailure.ROOM_LOST,
    ReadFailure.CHIP_REQUIRED,  # these only from a room that is not to be believed
    ReadFailure.NOT_A_BANK_CARD,
    ReadFailure.UNREADABLE,
    ReadFailure.CHIP_DECLINED,
    ReadFailure.CARD_REMOVED,
    ReadFailure.CARD_BLOCKED,
)
_LEAST_MS = 1000  # nobody swipes in less
_LOOK_S = 1.0  # how often the machine is looked at while a card is awaited
_ABSENT_S = 2.0  # how long a reader that was not there is left alone: each look costs a room

_Ask = asyncio.Task[SealedCard | NotRead]


class CardPrompt:
    """A checkout.ports.Prompt. Made in a running event loop.

    `read` makes a lane's Read: for how many milliseconds, and whether a stripe counts though its chip should be read.
    `started` is given each ask as it begins; `on_failure` the reason of a reader that failed while the prompt goes on;
    `progress` what the customer is to do. `is_fit`: whether cards may be read on this machine; asked before a card is
    asked for, each second until a stripe was read or a chip said its last word, and when the card is there: what is
    unfit by then pays nothing.
    """

    def __init__(
        self,
        lanes: Sequence[Lane],
        read: Callable[[Lane, int, bool], Read],
        prompt_ms: int,
        started: Callable[[_Ask], None],
        on_failure: Callable[[ReadFailure], object],
        *,
        is_fit: Callable[[], bool],
        progress: Progress = unwatched,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._lanes = lanes
        self._read = read
        self._prompt_ms = prompt_ms
        self._started = started
        self._tell = on_failure
        self._is_fit = is_fit
        self._progress = progress
        self._asked_for: Stage | None = None
        self._now = loop.time
        self._until = self._now() + prompt_ms / 1000
        self._fallback = False
        self._waiting: dict[Lane, _Ask] = {}
        self._let_go: set[_Ask] = set()
        self._looks: set[asyncio.TimerHandle] = set()  # at readers that were not there
        self._inserted: Lane | None = None
        self._chip: ChipTalk | None = None  # the one whose card was sealed
        self._failures: list[ReadFailure] = []
        self._told: set[ReadFailure] = set()
        self._answer: asyncio.Future[SealedCard | ReadFailure] = loop.create_future()
        if not is_fit():
            self._answer.set_result(ReadFailure.SURROUNDINGS)
            return
        for lane in lanes:
            self._ask(lane)
        loop.call_later(_LOOK_S, self._look)

    async def card(self) -> SealedCard | ReadFailure:
        """The card, or why there is none. Whoever stops waiting for it withdraws it."""
        try:
            return await asyncio.shield(self._answer)
        except asyncio.CancelledError:
            self.withdraw()
            raise

    async def second_answer(self, issuer: IssuerAnswer) -> SecondAnswer | ReadFailure:
        """The chip's last word; a stripe's is what its issuer said. What cannot be asked has not agreed.

        A failure: its room was ended, for this machine is not fit for cards any more.
        """
        card = self._answer.result() if self._answer.done() else None
        if not isinstance(card, SealedCard):
            return SecondAnswer(agreed=False)
        if card.facts.entry_mode is not EntryMode.CHIP:
            return SecondAnswer(issuer.word is HostWord.APPROVED)
        return SecondAnswer(agreed=False) if self._chip is None else await self._chip.second_answer(issuer)

    def withdraw(self) -> None:
        """No card wanted any more: NO_CARD, unless there is an answer already. Lamps go off and cards are let go."""
        self._settle(ReadFailure.NO_CARD)
        self._let_others_go(None)

    # ---- what the readers say ----

    def _ask(self, lane: Lane) -> None:
        chip = ChipTalk(
            partial(self._on_inserted, lane), lambda card: self._on_chip(lane, chip, card), self._customer_is_to
        )
        left_ms = round((self._until - self._now()) * 1000)
        ask = asyncio.get_running_loop().create_task(lane.read(self._read(lane, left_ms, self._fallback), chip))
        self._waiting[lane] = ask
        self._started(ask)
        ask.add_done_callback(partial(self._on_end, lane))

    def _on_inserted(self, lane: Lane) -> None:
        """The others are let go: this customer has chosen."""
        if self._inserted is None and not self._answer.done():
            self._inserted = lane
            self._customer_is_to(Stage.CARD_IN)
            self._let_others_go(lane)

    def _on_chip(self, lane: Lane, chip: ChipTalk, card: SealedCard) -> None:
        if self._inserted is lane and not self._answer.done():
            self._chip = chip
            self._settle(card, staying=lane)

    def _on_end(self, lane: Lane, ask: _Ask) -> None:
        if self._waiting.get(lane) is ask:
            del self._waiting[lane]
        fault = None if ask.cancelled() else ask.exception()
        if self._answer.done() or ask in self._let_go:
            return
        if ask.cancelled():
            self._settle(ReadFailure.NO_CARD)  # all rooms are being closed
        elif fault is not None:
            self._answer.set_exception(fault)
            self._let_others_go(None)
        else:
            match ask.result():
                case SealedCard() as card:
                    self._settle(card)
                case NotRead(reason, armed):
                    self._on_failure(lane, reason, armed=armed)

    def _on_failure(self, lane: Lane, reason: ReadFailure, *, armed: bool) -> None:
        if reason is ReadFailure.CHIP_REQUIRED and armed and self._swipes_again(lane):
            self._customer_is_to(Stage.USE_CHIP)
            return
        if reason is ReadFailure.CARD_LEFT and not armed and self._waiting and self._asks_again(lane):
            self._tell_once(reason)
            self._customer_is_to(Stage.REMOVE_CARD)
            return
        if reason is ReadFailure.CHIP_FAILED and armed and self._falls_back(lane):
            self._tell(reason)
            self._customer_is_to(Stage.SWIPE)
            return
        if reason is ReadFailure.CHIP_REQUIRED and self._fallback:
            reason = ReadFailure.CHIP_FAILED  # an Interac card: its chip is its only way, and failed
        self._failures.append(reason)
        if reason is ReadFailure.READER_LOGGED or lane is self._inserted or (armed and reason in _CARD_REFUSED):
            self._settle(reason)
        elif not self._waiting:
            self._settle(min(self._failures, key=_MOST_TELLING.index))
        elif reason is ReadFailure.READER_ABSENT:
            self._tell_once(reason)
            self._looks.add(asyncio.get_running_loop().call_later(_ABSENT_S, self._asks_again, lane))
        elif reason is not ReadFailure.NO_CARD:
            self._tell(reason)

    def _swipes_again(self, lane: Lane) -> bool:
        """A swipe of a card that is to be inserted ends nothing while there is a reader to insert it in."""
        return any(other.reader.reads_chips for other in self._waiting) and self._asks_again(lane)

    def _asks_again(self, lane: Lane) -> bool:
        """Until the prompt's end. False where that is too near, or the customer has chosen another reader."""
        if self._inserted is not None or (self._until - self._now()) * 1000 < _LEAST_MS:
            return False
        self._ask(lane)
        return True

    def _tell_once(self, reason: ReadFailure) -> None:
        if reason not in self._told:
            self._told.add(reason)
            self._tell(reason)

    def _falls_back(self, lane: Lane) -> bool:
        """Ask the stripe readers again, now that the chip could not be read. False where there are none."""
        stripes = [other for other in self._lanes if not other.reader.reads_chips]
        if not stripes or self._inserted not in {None, lane}:
            return False
        self._let_others_go(None)
        self._fallback, self._inserted = True, None
        self._failures = [ReadFailure.CHIP_FAILED]
        self._until = self._now() + self._prompt_ms / 1000
        for stripe in stripes:
            self._ask(stripe)
        return True

    def _customer_is_to(self, stage: Stage) -> None:
        """A reader that is armed again asks for nothing new, unless a card had to be taken out first."""
        again = stage is Stage.PRESENT_CARD and self._asked_for not in {None, Stage.REMOVE_CARD}
        if not (again or self._answer.done()):
            self._asked_for = stage
            self._progress(stage)

    # ---- the end ----

    def _settle(self, answer: SealedCard | ReadFailure, staying: Lane | None = None) -> None:
        if self._answer.done():
            return
        if isinstance(answer, SealedCard) and not self._is_fit():
            answer, staying = ReadFailure.SURROUNDINGS, None
        self._answer.set_result(answer)
        self._let_others_go(staying)

    def _look(self) -> None:
        """Nothing of a card is asked for or kept up once this machine is unfit. A chip's room holds what the card said
        until its last word, which a processor can keep waiting for minutes; when the room ends, that is gone.
        """
        if self._answer.done() and (self._chip is None or self._chip.said.done()):
            return
        if self._is_fit():
            asyncio.get_running_loop().call_later(_LOOK_S, self._look)
        elif self._answer.done() and self._chip is not None:
            self._chip.end(ReadFailure.SURROUNDINGS)
            self._let_others_go(None)
        else:
            self._settle(ReadFailure.SURROUNDINGS)

    def _let_others_go(self, staying: Lane | None) -> None:
        for look in self._looks:
            look.cancel()
        for lane, ask in self._waiting.items():
            if lane is not staying:
                self._let_go.add(ask)
                ask.cancel()
