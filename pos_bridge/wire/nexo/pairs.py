"""`k=v&k=v`, percent-encoded: how nexo terminals put words into AdditionalResponse and receipt lines."""

from collections.abc import Iterable
from urllib.parse import quote


def encode_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """UTF-8 percent-encoding (RFC 3986) of every reserved character, space included, in keys and values."""
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in pairs)
