"""A one-time token: what lets a till ask for its first certificate, and how it knows whom to ask.

Whoever has it can become that till for a day, once. It is read, sent to the one server that it vouches for, and shown
nowhere.
"""

import re
from dataclasses import dataclass
from typing import Self

from pos_bridge.domain.enrolment import EnrolError, EnrolFault

_TOKEN = re.compile(r"pbt1\.([0-9a-f]{64})\.([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """`fingerprint`: SHA-256 of the authority's certificate (DER), 32 bytes; `secret`: 43 characters of base64url."""

    fingerprint: bytes
    secret: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """`pbt1.<fingerprint in hex>.<secret>`. EnrolError for anything else."""
        found = _TOKEN.fullmatch(text.strip())
        if found is None:
            raise EnrolError(EnrolFault.TOKEN_MALFORMED)
        return cls(bytes.fromhex(found[1]), found[2])
