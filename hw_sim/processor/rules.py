"""What may happen to money: pure functions from what the ledger holds about a key to what it holds next.

Each gives the entry to keep (unchanged when nothing is to be done) or a refusal. They know no clock, disk or network,
and are called one at a time.
"""

from dataclasses import replace

from hw_sim.cards import BY_NUMBER, Brand
from hw_sim.processor.asks import Authorise, Capture, Refund
from hw_sim.processor.facts import (
    Approved,
    Decision,
    Declined,
    Entry,
    Kind,
    Money,
    No,
    Refusal,
    Refused,
    Reversal,
    State,
)

AUTHORISATION_LIFE_MS = 7 * 86_400_000


def settled_answer(entry: Entry) -> Approved | Declined | Refused:
    """The answer an entry's own request was given, and is given again."""
    if entry.refusal is not None:
        return Refused(entry.refusal)
    if entry.no is not None:
        return Declined(entry.no, entry.chip)
    money, code = entry.approved, entry.code
    assert money is not None and code is not None, "an entry is approved, declined or a tombstone"  # noqa: PT018 - one invariant
    return Approved(money, code, entry.chip)


def repeat(entry: Entry, request: bytes) -> Approved | Declined | Refused:
    """The answer to an Authorise or Refund whose key the ledger holds: nothing is done a second time."""
    if entry.ended:
        return Refused(Refusal.KEY_ENDED)
    if entry.request != request:
        return Refused(Refusal.KEY_REUSED)
    return settled_answer(entry)


def charge(ask: Authorise, card: str | None, decision: Decision, code: int, now_ms: int) -> Entry:
    """The entry of a sale the issuer was asked about: approved for so many cents, or declined."""
    verdict = decision.verdict
    base = Entry(
        key=ask.key,
        kind=Kind.SALE,
        state=State.DECLINED,
        no=No.DO_NOT_HONOUR,
        request=ask.request,
        asked=ask.money,
        card=card,
        entry_mode=ask.card.entry_mode,
        order_digest=ask.card.binding.order_digest,
        chip=decision.chip,
        began_ms=now_ms,
    )
    if isinstance(verdict, No):
        return replace(base, no=verdict)
    state = State.CAPTURED if ask.one_message else State.AUTHORISED
    captured = verdict if ask.one_message else None
    return replace(base, state=state, no=None, approved_cents=verdict, captured_cents=captured, code=code)


def capture(entry: Entry | None, ask: Capture, now_ms: int) -> Entry | Refused:
    """Take what an authorised sale holds. A lesser amount is final: the rest of the hold is given up."""
    if entry is None:
        return Refused(Refusal.NOT_SEEN)
    if entry.ended:
        return Refused(Refusal.KEY_ENDED)
    approved = entry.approved
    if entry.kind is not Kind.SALE or approved is None or ask.money.currency != approved.currency:
        return Refused(Refusal.WRONG_STATE)
    if ask.money.cents > approved.cents:
        return Refused(Refusal.EXCEEDS)
    if entry.state is State.CAPTURED:
        return entry if entry.captured_cents == ask.money.cents else Refused(Refusal.WRONG_STATE)
    if entry.lapsed or now_ms - entry.began_ms > AUTHORISATION_LIFE_MS:
        return Refused(Refusal.WRONG_STATE)
    return replace(entry, state=State.CAPTURED, captured_cents=ask.money.cents)


def reverse(entry: Entry | None, key: bytes, refunded_cents: int) -> tuple[Entry, Reversal]:
    """End a key. A key never seen becomes a tombstone, so that a request still on its way finds it refused.

    A settled sale, or one already refunded in part, cannot be undone whole: it is refunded, or, for Interac, needs
    its card again.
    """
    if entry is None:
        return Entry(key=key, kind=Kind.SALE, state=State.TOMBSTONE, ended=True), Reversal.TOMBSTONED
    match entry.state:
        case State.TOMBSTONE:
            return entry, Reversal.TOMBSTONED
        case State.DECLINED:
            return replace(entry, ended=True), Reversal.WAS_DECLINED
        case State.REVERSED:
            return entry, Reversal.REVERSED
        case _ if entry.settled or refunded_cents:
            return entry, Reversal.CARD_NEEDED if is_interac(entry) else Reversal.TOO_LATE
        case _:
            return replace(entry, state=State.REVERSED, ended=True), Reversal.REVERSED


def check_refund(ask: Refund, sale: Entry | None, refunded_cents: int, card: str | None) -> Refusal | None:
    """May this be refunded? Refunds and reversals together never exceed what was captured.

    `card` is the published number of the card that is present, None for any other or when none is.
    """
    if sale is None or sale.state is State.TOMBSTONE:
        return Refusal.NOT_SEEN
    captured = sale.captured_cents
    if sale.kind is not Kind.SALE or sale.state is not State.CAPTURED or captured is None or sale.asked is None:
        return Refusal.WRONG_STATE
    if ask.card is None and is_interac(sale):
        return Refusal.CARD_NEEDED
    if ask.card is not None and card != sale.card:
        return Refusal.OTHER_CARD
    if ask.money.currency != sale.asked.currency:
        return Refusal.WRONG_STATE
    if ask.money.cents > captured - refunded_cents:
        return Refusal.EXCEEDS
    return None


def refund(ask: Refund, card: str | None, decision: Decision | Refusal, code: int, now_ms: int) -> Entry:
    """The entry of a refund: made for so many cents, declined by the issuer, or refused.

    A refused one is kept as well. What stood in its way may go (another refund is reversed, the sale is captured), and
    a copy of the request that was long on its way must still find the answer that the till was given.
    """
    base = Entry(
        key=ask.key,
        kind=Kind.REFUND,
        state=State.DECLINED,
        no=No.DO_NOT_HONOUR,
        request=ask.request,
        asked=ask.money,
        sale_key=ask.sale_key,
        card=card,
        entry_mode=None if ask.card is None else ask.card.entry_mode,
        order_digest=None if ask.card is None else ask.card.binding.order_digest,
        began_ms=now_ms,
    )
    if isinstance(decision, Refusal):
        return replace(base, no=None, refusal=decision)
    verdict, base = decision.verdict, replace(base, chip=decision.chip)
    if isinstance(verdict, No):
        return replace(base, no=verdict)
    return replace(base, state=State.REFUNDED, no=None, approved_cents=verdict, code=code)


def is_interac(entry: Entry) -> bool:
    return entry.card is not None and BY_NUMBER[entry.card].brand is Brand.INTERAC


def shown_amount(entry: Entry) -> int:
    """Cents as a ledger listing shows them: approved if approved, else asked; nothing for a tombstone."""
    asked: Money | None = entry.asked
    return entry.approved_cents or (asked.cents if asked is not None else 0)
