"""A till's side of processor_v1.proto for tests: a small sealer and signer written from the proto's comments alone."""

import hashlib
import secrets
import time
import uuid
from pathlib import Path

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PublicKey, Suite
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hw_sim.cards import CARDS, Card
from pos_bridge.protocol import processor_v1_pb2 as pb
from pos_bridge.protocol.processor_v1_pb2_grpc import ProcessorStub

CAD = 124
SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
ORDER_DIGEST = hashlib.sha256(b"an order").digest()
NO_ROW = pb.JournalHead(sequence=0, hash=bytes(32))


def fresh_key() -> bytes:
    return uuid.uuid4().bytes


def row(sequence: int) -> pb.JournalHead:
    return pb.JournalHead(sequence=sequence, hash=hashlib.sha256(b"row %d" % sequence).digest())


def later(seconds: float = 45) -> int:
    return int((time.time() + seconds) * 1000)


def track2(card: Card, expiry_yymm: str | None = None) -> bytes:
    return f"{card.number}={expiry_yymm or card.expiry_yymm}{card.service_code}0000000001".encode()


def clear_text(data: bytes, content: int = 2, entry_mode: int = pb.ENTRY_MODE_MAGSTRIPE) -> bytes:
    return (bytes((2, entry_mode, content)) + len(data).to_bytes(2, "big") + data).ljust(512, b"\0")


class Terminal:
    """Seals and signs for one enrolled till; no network."""

    def __init__(self, engine: Path, sealing_key: pb.SealingKey) -> None:
        signer = load_pem_private_key((engine / "terminal.key").read_bytes(), None)
        assert isinstance(signer, Ed25519PrivateKey)
        self.signer = signer
        self.sealing_key = sealing_key

    def seal(self, clear: bytes, key: bytes, cents: int, currency: int = CAD) -> pb.SealedPayment:
        raw, key_id = self.sealing_key.public_key, self.sealing_key.key_id
        public = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(raw[:1184]), X25519PublicKey.from_public_bytes(raw[1184:])
        )
        info = b"pos-bridge seal v1" + key_id + key + cents.to_bytes(8, "big") + currency.to_bytes(2, "big")
        return pb.SealedPayment(room=pb.RoomSealed(key_id=key_id, ciphertext=SUITE.encrypt(clear, public, info)))

    def bind(self, key: bytes, payment: pb.SealedPayment, cents: int = 1999, currency: int = CAD) -> pb.DualSignature:
        if payment.WhichOneof("sealed_by") == "room":
            hashed = b"\x01" + payment.room.key_id + payment.room.ciphertext
        else:
            reader = payment.reader
            hashed = bytes((2, reader.scheme, reader.variant, reader.mode, len(reader.ksn))) + reader.ksn
            hashed += len(reader.track1).to_bytes(2, "big") + reader.track1
            hashed += len(reader.track2).to_bytes(2, "big") + reader.track2
        salt = secrets.token_bytes(16)
        digest = hashlib.sha256(b"pos-bridge payment v1" + salt + hashed).digest()
        money = cents.to_bytes(8, "big") + currency.to_bytes(2, "big")
        signature = self.signer.sign(b"pos-bridge dual v1" + key + money + digest + ORDER_DIGEST)
        return pb.DualSignature(payment_salt=salt, order_digest=ORDER_DIGEST, signature=signature)

    def authorise(
        self,
        key: bytes,
        fence: int,
        cents: int = 1999,
        *,
        clear: bytes | None = None,
        payment: pb.SealedPayment | None = None,
        partial_ok: bool = False,
        flow: pb.AuthoriseRequest.Flow = pb.AuthoriseRequest.FLOW_TWO_MESSAGES,
        not_after_ms: int | None = None,
        entry_mode: pb.EntryMode = pb.ENTRY_MODE_MAGSTRIPE,
    ) -> pb.AuthoriseRequest:
        payment = payment or self.seal(clear or clear_text(track2(CARDS["visa"])), key, cents)
        return pb.AuthoriseRequest(
            context=context(fence),
            key=key,
            amount=pb.Money(cents=cents, currency=CAD),
            partial_ok=partial_ok,
            flow=flow,
            entry_mode=entry_mode,
            not_after_ms=later() if not_after_ms is None else not_after_ms,
            payment=payment,
            binding=self.bind(key, payment, cents),
        )

    def refund(
        self,
        key: bytes,
        sale_key: bytes,
        fence: int,
        cents: int = 1999,
        *,
        card: str = "interac",
        payment: pb.SealedPayment | None = None,
        clear: bytes | None = None,
        entry_mode: pb.EntryMode = pb.ENTRY_MODE_MAGSTRIPE,
    ) -> pb.RefundRequest:
        """With the card present."""
        payment = payment or self.seal(clear or clear_text(track2(CARDS[card])), key, cents)
        request = refund(key, sale_key, fence, cents)
        request.entry_mode = entry_mode
        request.payment.CopyFrom(payment)
        request.binding.CopyFrom(self.bind(key, payment, cents))
        return request


def context(fence: int, head: pb.JournalHead = NO_ROW) -> pb.Context:
    return pb.Context(fence=fence, journal=head)


def capture(key: bytes, fence: int, cents: int = 1999) -> pb.CaptureRequest:
    return pb.CaptureRequest(context=context(fence), key=key, amount=pb.Money(cents=cents, currency=CAD))


def reverse(key: bytes, fence: int) -> pb.ReverseByKeyRequest:
    return pb.ReverseByKeyRequest(context=context(fence), key=key)


def refund(key: bytes, sale_key: bytes, fence: int, cents: int = 1999) -> pb.RefundRequest:
    return pb.RefundRequest(
        context=context(fence),
        key=key,
        sale_key=sale_key,
        amount=pb.Money(cents=cents, currency=CAD),
        not_after_ms=later(),
    )


def channel(engine: Path, address: str, credentials: grpc.ChannelCredentials | None = None) -> grpc.aio.Channel:
    """Mutual TLS as an engine does it: pinned CA, own certificate, the name checked."""
    own = grpc.ssl_channel_credentials(
        *((engine / name).read_bytes() for name in ("processor-ca.pem", "till.key", "till.pem"))
    )
    options = [
        ("grpc.ssl_target_name_override", "processor.pos-bridge.test"),
        ("grpc.enable_http_proxy", 0),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.initial_reconnect_backoff_ms", 100),
    ]
    return grpc.aio.secure_channel(address, credentials or own, options=options)


def stub(of: grpc.aio.Channel) -> ProcessorStub:
    return ProcessorStub(of)


def answer_of(response: pb.AuthoriseResponse | pb.CaptureResponse | pb.RefundResponse) -> str:
    """'approved', 'captured', or the reason of the no, for example 'KEY_ENDED'."""
    which = response.WhichOneof("answer")
    if isinstance(response, pb.AuthoriseResponse | pb.RefundResponse) and which == "declined":
        return pb.Declined.Reason.Name(response.declined.reason).removeprefix("REASON_")
    if which == "refused":
        return pb.Refused.Reason.Name(response.refused.reason).removeprefix("REASON_")
    return str(which)


def outcome_of(response: pb.ReverseByKeyResponse) -> str:
    return pb.ReverseByKeyResponse.Outcome.Name(response.outcome).removeprefix("OUTCOME_")


def state_of(response: pb.LookUpResponse) -> str:
    return pb.LookUpResponse.State.Name(response.state).removeprefix("STATE_")
