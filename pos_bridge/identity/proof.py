"""Proof of consent, when the person is gone: which text, which language, which day, where, for what. Of nobody.

It lies under a keyed name of the number that was given, so that whoever gives it again can be shown what was agreed to;
without that number it says whose it was to no one. No hour, no contact data, no sale. Decoding raises ValueError.
"""

from dataclasses import dataclass
from datetime import date
from typing import Self

from pos_bridge.domain.identity import Consent, ConsentEnd, Purpose
from pos_bridge.domain.person import Month
from pos_bridge.identity.person_record import Event, bounded, events, month, month_of, put_events, put_month
from pos_bridge.identity.record import Reader, padded

PROOF_SIZES = (512, 4096)
PROOF_YEARS = 5  # after its end


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """`history`: consents (their hour is 0, for none) and their ends. `end`: of the last of them."""

    history: tuple[Event, ...]
    end: Month

    @classmethod
    def of(cls, history: tuple[Event, ...], today: date) -> Self | None:
        """What ends today, or ended when the last purpose was withdrawn. None where nothing was agreed to."""
        consented = any(isinstance(event, Consent) for event in history)
        return cls(history, _end(history, today)) if consented else None

    def after(self, earlier: "Proof | None") -> "Proof":
        """With what was agreed to under the same number before."""
        if earlier is None:
            return self
        return Proof((*earlier.history, *self.history), max(earlier.end, self.end))

    def is_over(self, today: date) -> bool:
        return (self.end.year + PROOF_YEARS, self.end.month) < (today.year, today.month)


def encode_proof(proof: Proof) -> bytearray:
    content = bytearray()
    put_month(content, proof.end)
    put_events(content, bounded(proof.history), hour=False)
    return padded(content, *PROOF_SIZES)


def decode_proof(raw: bytearray) -> Proof:
    with Reader(raw, PROOF_SIZES) as reader:
        end = month(reader)
        if end is None:
            raise ValueError("a month that is none")
        return Proof(events(reader), end)


def _end(history: tuple[Event, ...], today: date) -> Month:
    stands: set[Purpose] = set()
    for event in history:
        if isinstance(event, ConsentEnd):
            stands.discard(event.purpose)
        else:
            stands |= event.purposes
    ends = [event.day for event in history if isinstance(event, ConsentEnd)]
    return month_of(today if stands or not ends else max(ends))
