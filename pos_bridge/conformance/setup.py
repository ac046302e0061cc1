"""What one run is given: where the processor is, who we are to it, and what to pay with. Nothing here is printed."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pos_bridge.conformance.card import PUBLISHED, TestCard
from pos_bridge.processor.channel import Credentials
from pos_bridge.protocol import processor_v1_pb2 as pb

CAD = 124
DEFAULT_CENTS = 1000
DEFAULT_TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True, repr=False)
class Setup:
    """`cents` is what a sale of the suite is of; the other amounts are for duties that need a card's own behaviour.

    `second`: the certificate and key of another till of the same merchant. None and empty: not given.
    """

    address: str
    server_name: str
    credentials: Credentials
    terminal: Ed25519PrivateKey
    second: Credentials | None = None
    root: Ed25519PublicKey | None = None
    card: TestCard = PUBLISHED
    debit_card: TestCard | None = None
    declined_card: TestCard | None = None
    declined_cents: int | None = None
    partial_cents: int | None = None
    swipe: pb.SealedPayment | None = None
    cents: int = DEFAULT_CENTS
    timeout_s: float = DEFAULT_TIMEOUT_S
