"""What a checkout needs from the world, as small Protocols. Met structurally; joined in daemon.py alone."""

from typing import Protocol

from pos_bridge.domain.authorisation import Ask, AskRefund, HeldLeg, Holding, No, ReceiptFacts, Unknown, Yes
from pos_bridge.domain.card import ReadFailure, SealedCard, SealedPayment
from pos_bridge.domain.chip import IssuerAnswer, SecondAnswer
from pos_bridge.domain.happening import Reversed
from pos_bridge.domain.identity import Choice, ChoiceKind, Chouchous, Consent
from pos_bridge.domain.ledger import Advance, Binding, JournalHead, KnownBasket, KnownLeg, KnownRequest, Opening
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.points import Earned, PointsFault, PointsRule, Withdrawal
from pos_bridge.domain.progress import Progress, unwatched
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.domain.session import Trust
from pos_bridge.domain.totals import Period
from pos_bridge.log.log import Event


class Journal(Protocol):
    """Every method returns once what it says is durable. Writes raise JournalUnwritableError."""

    async def open_leg(self, opening: Opening) -> JournalHead: ...

    async def advance(self, change: Advance) -> JournalHead: ...

    async def close_till_request(self, request: bytes) -> None:
        """Refuse this till request for ever (48 h): it was answered NotFound, or aborted before it came."""

    async def find_request(self, request: bytes) -> KnownRequest | None:
        """What became of a till request (its keyed hash), for 48 h."""

    async def find_leg(self, key: LegKey) -> KnownLeg | None: ...

    async def approved_untold(self, sale: bytes) -> LegKey | None:
        """An approved leg of this sale reference and amount whose answer the till has not collected."""

    async def requests_of_sale(self, sale: bytes) -> tuple[LegKey, ...]:
        """The legs that were opened for this sale reference and amount (TillKeys.sale), for as long as find_request."""

    async def mark_told(self, key: LegKey) -> None:
        """The till has this leg's answer. Not durable at once: losing it only asks again."""

    async def unsettled(self) -> tuple[KnownLeg, ...]: ...

    async def refunds_of(self, sale: LegKey) -> tuple[KnownLeg, ...]:
        """Every refund leg of that sale that is stored here, whatever became of it."""

    async def find_basket(self, reference: bytes) -> KnownBasket | None:
        """A split tender by the keyed hash of the till's sale reference. One that is open is kept until it ends."""

    async def basket_of(self, key: LegKey) -> KnownBasket | None:
        """The split tender that this leg is part of, as long as that is kept."""

    async def cancel_basket(self, reference: bytes) -> None:
        """CANCELLING, durably: no leg may be added to it any more."""

    async def open_baskets(self) -> tuple[KnownBasket, ...]:
        """Those that are not COMMITTED or CANCELLED and have a leg that was paid or may have been."""

    async def period(self) -> Period:
        """The legs since the last day end that moved money, or may have."""

    async def close_period(self, up_to: int, request: bytes, *, agreed: bool) -> int:
        """The day end, durably, after the row `up_to` (Period.up_to): the number of the period that ended.

        Once for each `request` (its keyed hash). `agreed`: the processor was asked, and nothing differed.
        """

    async def closed_by(self, request: bytes) -> int | None:
        """The number of the period that this request ended, for 48 h."""

    async def closed_day(self, number: int) -> Period | None:
        """A period that ended, as it was then."""

    async def days_to_compare(self) -> tuple[int, ...]:
        """Periods that ended without the processor's agreement, as far back as that is looked after."""

    async def note_day_agreed(self, number: int) -> None:
        """The processor agrees about that day. Not durable at once: losing it only asks again."""

    def head(self) -> JournalHead: ...

    async def cash_refunded_since(self, row: bytes) -> bool:
        """Whether cash was given back behind the row of that hash; True also where that cannot be told."""

    @property
    def writable(self) -> bool:
        """Whether the last write ended well."""


# ---- the reader ----


class Prompt(Protocol):
    """One armed (or arming) tender. Ends with a sealed card or a reason, once."""

    async def card(self) -> SealedCard | ReadFailure: ...

    async def second_answer(self, issuer: IssuerAnswer) -> SecondAnswer | ReadFailure:
        """Tell the chip what the issuer said, and have its last word (second GENERATE AC). Called once, after `card`.

        A card without a chip agrees to every approval, without a receipt of its own. A chip that was pulled, or cannot
        be asked, has not agreed. A failure: it was let go, for this machine is not fit for cards any more.
        """

    def withdraw(self) -> None:
        """No card wanted any more: `card` then gives NO_CARD soon. Idempotent."""


class CardReaders(Protocol):
    def prompt(
        self,
        leg_key: LegKey,
        amount: Amount,
        sealing_key: SealingKey,
        *,
        refund: bool = False,
        progress: Progress = unwatched,
    ) -> Prompt:
        """Ask all readers for one card, from now on. `refund`: for money that goes back to it.

        `progress` is told what the customer is to do.
        """

    async def states(self) -> tuple[tuple[str, bool], ...]:
        """Each reader's name and whether its device was there when last looked at. Disturbs no prompt."""


# ---- the processor ----


class Processor(Protocol):
    """Never raises for what the network or the processor does: what is not definite is Unknown."""

    async def ready(self) -> bool:
        """A session is open, time is known and a sealing key is at hand; tries for a few seconds otherwise."""

    def sealing_key(self) -> SealingKey: ...

    def not_after_ms(self, seconds: int) -> int:
        """The processor's clock, that many seconds from now."""

    async def authorise(self, ask: Ask) -> Yes | No | Unknown: ...

    async def capture(self, key: LegKey, amount: Amount) -> bool | Unknown:
        """True: captured. False: the processor will never capture it."""

    async def reverse(self, key: LegKey) -> Reversed | Unknown:
        """`trusted` is as far as the session knows; whether the leg is doubted or too old, the caller knows."""

    async def refund(self, ask: AskRefund) -> Yes | No | Unknown: ...

    async def look_up(self, key: LegKey) -> Holding | Unknown:
        """Needs no session: also answered to a till whose journal cannot be trusted."""

    async def held_since(self, begun_ms: int) -> tuple[HeldLeg, ...] | Unknown:
        """Every leg of this till that the processor's own list has from that time on. Needs no session."""

    def trust(self) -> Trust:
        """As last seen; starts nothing."""

    def keeps_days(self) -> int:
        """How long the processor keeps keys, in days: 0 before a session was opened."""

    def reachable(self) -> bool:
        """As last seen; starts nothing."""

    async def receipt_facts(self, key: LegKey) -> ReceiptFacts | None: ...


class Signer(Protocol):
    def bind(
        self, key: LegKey, amount: Amount, payment: SealedPayment, payment_salt: bytes, order_digest: bytes
    ) -> Binding:
        """The terminal's dual signature over amount, payment and order (processor_v1.proto, DualSignature)."""


# ---- who, only when chosen ----


class Vault(Protocol):
    """The one place where a person may be stored. Every method returns once what it says is durable.

    Raises VaultUnusableError: a sale goes on without it.
    """

    async def hold(
        self, key: LegKey, choices: tuple[tuple[Choice, Consent], ...], rule: PointsRule | None = None
    ) -> None:
        """Before money moves: these go with that leg if it is paid. Held, they are linked to nobody yet.

        At most one choice of each kind: ValueError otherwise. Holding again replaces; holding nothing does nothing.
        By `rule` the leg will give its member points (None: it gives none).
        """

    async def keep(self, key: LegKey, paid: int | None = None, returned: int = 0) -> None:
        """The leg was paid: what was held becomes a person's, with the consent and the link to the sale. Idempotent.

        `paid`: cents that give points by the rule that was held, of which `returned` went back already.
        """

    async def drop(self, key: LegKey) -> None:
        """The leg was not paid: nothing of what was held stays. Idempotent; what was kept with the leg stays kept."""

    async def held(self) -> tuple[LegKey, ...]:
        """The legs for which something is held, by an earlier run or this one."""

    async def known(self, key: LegKey) -> frozenset[ChoiceKind]:
        """What is kept, or held, with this leg."""

    async def earning(self, key: LegKey, paid: int) -> int | None:
        """The points that this leg gave, or will give, by its payment. None: none are counted for it."""

    async def earned(self, key: LegKey) -> Earned | None:
        """What is kept of the points of this leg."""

    async def award(self, key: LegKey, choice: Chouchous, consent: Consent, earned: Earned) -> Earned | PointsFault:
        """Count a paid leg of nobody, once, for this member. Asked again by the same request (Earned.by): the same."""

    async def withdraw(self, key: LegKey, mark: bytes, cents: int | None) -> Withdrawal | PointsFault:
        """Take back the points of so many cents of a leg (None: of all that is left), once for each `mark`."""

    async def returned(self, key: LegKey, cents: int, *, settled: bool) -> None:
        """So many cents of this leg went back in all: its points go with them. Idempotent, and never fewer again.

        Until it is `settled` more may: it stays among `returning`.
        """

    async def returning(self) -> tuple[LegKey, ...]:
        """The legs with points whose money was on its way back, by an earlier run or this one."""


class Logbook(Protocol):
    def emit(self, event: Event) -> None: ...


class CashRefunds(Protocol):
    """What of the journal tells whether an approval was used."""

    def head(self) -> JournalHead: ...

    async def cash_refunded_since(self, row: bytes) -> bool: ...


class RefundRule(Protocol):
    """Who may give money back without the sale it is of. `never`: nobody, whatever is approved."""

    @property
    def never(self) -> bool: ...

    async def allows(self, request: bytes, cents: int, journal: CashRefunds) -> bool:
        """Nothing else is begun meanwhile. Of the same till's request again: the same answer until `journal` has a row
        behind that may be its refund. What allows it once allows no other. Raises JournalUnwritableError.
        """
