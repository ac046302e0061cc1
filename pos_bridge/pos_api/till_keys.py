"""Keyed hashes of what a till calls things: they recognise a repeat without keeping the till's text.

HMAC-SHA256 over length-prefixed parts, each kind of hash under a label of its own, so that no two different lists of
parts, and no two kinds, have the same bytes.
"""

import hmac
from collections.abc import Iterable

from pos_bridge.domain.money import Amount

SECRET_LENGTH = 32


class TillKeyMaker:
    """`secret` is 32 random bytes of this till; `credential` names the key the till showed, across its rotation."""

    def __init__(self, secret: bytes, credential: str) -> None:
        if len(secret) != SECRET_LENGTH:
            raise ValueError("the till secret has 32 bytes")
        self._secret = secret
        self._credential = credential

    def request(self, poiid: str, sale_id: str, service_id: str, category: str) -> bytes:
        """The name of one request (NEXO.md, Recovery)."""
        return self._hash("request", self._credential, poiid, sale_id, service_id, category)

    def own(self, *names: str) -> str:
        """The reference of a sale, a name among its till's own: of this credential and, in nexo, SaleID."""
        return self._hash("own", self._credential, *names).hex()

    def content(self, parts: Iterable[str]) -> bytes:
        """The money fields and, after the gate, the rest of what was asked."""
        return self._hash("content", *parts)

    def sale(self, transaction_id: str, amount: Amount) -> bytes:
        """The till's sale reference with the amount: two requests for the same money have the same."""
        return self._hash("sale", transaction_id, str(amount.cents), amount.currency.name)

    def refund(self, original: str, cents: int | None) -> bytes:
        """What is given back: of which sale (its key, or the till's reference where there is none), and how much.

        None: all of it. Never the same as `sale`: a refund is no second payment of what it refunds.
        """
        return self._hash("refund", original, "" if cents is None else str(cents))

    def basket(self, transaction_id: str) -> bytes:
        """The till's sale reference alone: all parts of a split tender have the same."""
        return self._hash("basket", transaction_id)

    def poi(self, poiid: str) -> bytes:
        """Under which the newest request of this POIID is found, by the credential that made it."""
        return self._hash("poi", self._credential, poiid)

    def _hash(self, *parts: str) -> bytes:
        return hmac.digest(self._secret, length_prefixed(parts), "sha256")


def length_prefixed(parts: Iterable[str]) -> bytes:
    """Each part's UTF-8 behind its length in four bytes, big-endian: no two lists give the same bytes."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
