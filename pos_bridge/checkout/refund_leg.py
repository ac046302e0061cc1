"""A refund leg before anything is sent: what it opens with, and whether that is on disk."""

from pos_bridge.checkout.ports import Journal, Processor
from pos_bridge.checkout.settling import InDoubtError
from pos_bridge.domain.ledger import JournalUnwritableError, Opening, TillKeys
from pos_bridge.domain.leg import Flow, Kind, State, Tender
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount

REFUND_WITHIN_S = 86_400  # how long a refund by reference is sent again; after that it is looked up
_SECOND_MS = 1000


def by_reference(
    processor: Processor,
    *,
    key: LegKey,
    sale: LegKey,
    amount: Amount,
    till: TillKeys,
    order_digest: bytes,
    order_salt: bytes,
) -> Opening:
    """The intent to refund `amount` of `sale`. Its time is kept in whole seconds: a resend is the same request."""
    until_ms = processor.not_after_ms(REFUND_WITHIN_S)
    return Opening(
        key=key,
        tender=Tender.CARD,
        state=State.REFUND_INTENT,
        amount=amount,
        partial_ok=False,
        flow=Flow.TWO_MESSAGES,
        till=till,
        order_digest=order_digest,
        order_salt=order_salt,
        not_after_ms=until_ms - until_ms % _SECOND_MS,
        kind=Kind.REFUND,
        sale_key=sale,
    )


async def open_surely(journal: Journal, opening: Opening) -> bool:
    """Open the leg. False: it is stored, but may not survive a power loss until it is written again.

    The next start sends what it finds, so *not recordable* may be told only of a leg that is not there: raises
    JournalUnwritableError then, and InDoubtError where that cannot be read.
    """
    try:
        await journal.open_leg(opening)
    except JournalUnwritableError:
        try:
            stored = await journal.find_leg(opening.key)
        except JournalUnwritableError:
            raise InDoubtError from None
        if stored is None:
            raise
        return False
    return True
