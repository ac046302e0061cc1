"""The order's half of the dual signature (processor_v1.proto): the salted digest is kept, the order is not."""

import secrets
from hashlib import sha256

from pos_bridge.domain.ledger import SALT_LENGTH

_ORDER_TAG = b"pos-bridge order v1"


def fresh_salt() -> bytes:
    """16 random bytes: without a salt all the baskets a shop can sell are hashed in a fraction of a second."""
    return secrets.token_bytes(SALT_LENGTH)


def order_digest(salt: bytes, order: bytes) -> bytes:
    return sha256(_ORDER_TAG + salt + order).digest()
