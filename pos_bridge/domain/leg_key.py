"""The name of a leg: a random UUID, ours, and the only name by which anybody outside speaks of it."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID, uuid4


@dataclass(frozen=True, slots=True)
class LegKey:
    """An idempotency key: UUID version 4, 16 bytes. It is nexo's POITransactionID and the processor's key."""

    value: UUID

    def __post_init__(self) -> None:
        if self.value.version != 4:  # noqa: PLR2004 - the UUID version that is random
            raise ValueError("a leg key is a UUID of version 4")

    @classmethod
    def fresh(cls) -> Self:
        return cls(uuid4())

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        """Raises ValueError unless raw is the 16 bytes of a version 4 UUID."""
        return cls(UUID(bytes=raw))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError unless text is a version 4 UUID as printed on a receipt."""
        return cls(UUID(text))

    @property
    def raw(self) -> bytes:
        return self.value.bytes

    def __str__(self) -> str:
        return str(self.value)
