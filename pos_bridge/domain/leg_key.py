"""The name of a leg: a random UUID, ours, and the only name by which anybody outside speaks of it."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Self
from uuid import UUID, uuid4

_REFUND_OF = b"pos-bridge refund of"


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

    @classmethod
    def refund_of(cls, sale: Self) -> Self:
        """The key of the refund leg that this program itself opens for a sale: found again after a crash by it."""
        return cls(UUID(bytes=sha256(_REFUND_OF + sale.raw).digest()[:16], version=4))

    @property
    def raw(self) -> bytes:
        return self.value.bytes

    def __str__(self) -> str:
        return str(self.value)
