"""Answers by what they mean for money."""

from pos_bridge.domain.outcome import Closed, NeverSeen, NotPaid, NotRefunded, PaidByCard, PaidInCash

NOT_DONE = NotPaid | NotRefunded | Closed | NeverSeen


def is_paid(said: object) -> bool:
    return isinstance(said, PaidByCard | PaidInCash)


def failed(said: object) -> bool:
    """Definitely not done: the till may try again, or let the customer go."""
    return isinstance(said, NOT_DONE)
