"""A public key of the processor to seal card data for, as its offline root signed it."""

from dataclasses import dataclass

SIGNED_TAG = b"pos-bridge sealing key v1"
INFO_TAG = b"pos-bridge seal v1"
PUBLIC_KEY_LENGTH = 1216
_LENGTHS = {"key_id": 8, "public_key": PUBLIC_KEY_LENGTH, "signature": 64}


@dataclass(frozen=True, slots=True, repr=False)
class SealingKey:
    """ML-KEM-768 + X25519 public key (1184 + 32 bytes), its epoch, and its end in seconds since 1970 UTC."""

    key_id: bytes
    epoch: int
    not_after_s: int
    public_key: bytes
    signature: bytes

    def __post_init__(self) -> None:
        for name, length in _LENGTHS.items():
            if len(getattr(self, name)) != length:
                raise ValueError(f"a sealing key's {name} has {length} bytes")
        if not (0 <= self.epoch < 2**32 and 0 <= self.not_after_s < 2**63):
            raise ValueError("a sealing key's epoch or end is out of range")

    def signed_bytes(self) -> bytes:
        """What the root's Ed25519 signature is over."""
        return b"".join(
            (
                SIGNED_TAG,
                self.key_id,
                self.epoch.to_bytes(4, "big"),
                self.not_after_s.to_bytes(8, "big"),
                self.public_key,
            )
        )

    def info(self, leg_key: bytes, cents: int, currency: int) -> bytes:
        """The HPKE info that binds a sealed card to one leg, its amount and currency (processor_v1.proto)."""
        return INFO_TAG + self.key_id + leg_key + cents.to_bytes(8, "big") + currency.to_bytes(2, "big")
