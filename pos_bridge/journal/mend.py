"""Open legs of a damaged month, put together again from the three places that speak of each.

The chain is believed where its hash fits; a row of `working` in what its seal fits; a link where it opens the chain's
commitment. What none of them proves is left to a person.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pos_bridge.domain.ledger import SALT_LENGTH
from pos_bridge.domain.leg import State
from pos_bridge.journal.hours import exact
from pos_bridge.journal.lookups import Link
from pos_bridge.journal.row import NOT_A_ROW, Row, commitment
from pos_bridge.journal.salvage import Salvage
from pos_bridge.journal.working import Times, Working

_NEED_THEIR_TIMES = frozenset({State.AUTHORISED, State.REFUND_INTENT})  # until when to wait, or to try again


@dataclass(frozen=True, slots=True, repr=False)
class Mended:
    """What goes on: all links, and the legs that are not settled."""

    links: tuple[Link, ...]
    legs: tuple[Working, ...]


def mend(found: Salvage, now: datetime) -> Mended:
    """What stood in `working`, corrected by the chain; and what only the chain leaves open, for a person."""
    links = {link.leg: link for link in found.links}
    legs: dict[bytes, Working] = {}
    for stored in found.working:
        with suppress(*NOT_A_ROW):
            link, leg = _mended(stored, links.get(stored.leg), found.intact(stored.last), now)
            links[leg.leg], legs[leg.leg] = link, leg
    at_work = set(legs)
    for sequence, row in sorted(found.rows.items()):
        known = links.get(row.leg)
        if known is None or known.last is not None or row.leg in at_work:
            continue
        if found.intact(sequence) is not None and known.opens(row):
            doubtful = row._replace(step=State.UNRESOLVED.value)
            legs[row.leg] = Working.of(known.key, doubtful, known.sale_key, _since(now), doubted=True)
    if found.trust is None:  # it may be another ledger than the one against which they were opened
        legs = {name: leg._replace(doubted=1).sealed() for name, leg in legs.items()}
    return Mended(tuple(links.values()), tuple(legs.values()))


def _mended(stored: Working, link: Link | None, row: Row | None, now: datetime) -> tuple[Link, Working]:
    whole = _is_whole(stored)
    if link is not None and row is not None and link.opens(row):
        times = stored.times if whole else _since(now)
        leg = Working.of(link.key, row, link.sale_key, times, doubted=not whole or bool(stored.doubted))
        return link, leg if whole or row.state not in _NEED_THEIR_TIMES else _for_a_person(leg, now)
    named = stored if whole or link is None else stored._replace(key=link.key, sale_key=link.sale_key)
    return _linked(named if whole else _for_a_person(named, now), link)


def _linked(leg: Working, link: Link | None) -> tuple[Link, Working]:
    """The leg, and a link that opens its commitment: with the salts that there are, or with new ones."""
    salts, told = os.urandom(2 * SALT_LENGTH), 0
    if link is not None and _are_salts(link.salts):
        salts, told = link.salts, link.told
    mended = Link(leg.key, leg.leg, salts, None, told, leg.sale_key)
    committed = commitment(salts[:SALT_LENGTH], leg.key, leg.sale_key)
    return mended, leg._replace(commitment=committed).sealed()


def _are_salts(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == 2 * SALT_LENGTH


def _for_a_person(leg: Working, now: datetime) -> Working:
    """The leg without what cannot be proven."""
    begun_day, begun_second, *_ = _since(now)
    return leg._replace(
        state=State.UNRESOLVED.value,
        begun_day=begun_day,
        begun_second=begun_second,
        not_after_day=None,
        not_after_second=None,
        confirm_by_day=None,
        confirm_by_second=None,
        doubted=1,
    ).sealed()


def _since(now: datetime) -> Times:
    """Instead of times that are lost."""
    return (*exact(now), None, None, None, None)


def _is_whole(leg: Working) -> bool:
    with suppress(*NOT_A_ROW):
        return leg.is_whole()
    return False
