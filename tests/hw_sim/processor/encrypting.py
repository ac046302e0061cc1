"""An encrypting reader for tests of the processor: seals tracks in every way that processor_v1.proto has a word for."""

from collections.abc import Mapping
from functools import reduce
from operator import xor

from hw_sim import dukpt
from hw_sim.cards import CARDS, Card
from hw_sim.dukpt import Variant
from pos_bridge.protocol import processor_v1_pb2 as pb

TDES, AES = pb.ReaderSealed.SCHEME_TDES, pb.ReaderSealed.SCHEME_AES
CHAINED, PER_TRACK = pb.ReaderSealed.MODE_CBC_CHAINED, pb.ReaderSealed.MODE_CBC_PER_TRACK
ONE_WAY = pb.ReaderSealed.VARIANT_DATA_ONE_WAY
VARIANTS: Mapping[int, Variant] = {
    pb.ReaderSealed.VARIANT_PIN: Variant.PIN,
    pb.ReaderSealed.VARIANT_DATA: Variant.DATA,
    ONE_WAY: Variant.DATA_ONE_WAY,
}


def with_lrc(track: bytes) -> bytes:
    zero = 0x20 if track.startswith(b"%") else 0x30
    return track + bytes((reduce(xor, (byte - zero for byte in track)) + zero,))


def one(card: Card, more: str = "0000000001") -> bytes:
    track = f"%B{card.number}^TREMBLAY/ZOE^{card.expiry_yymm}{card.service_code}{more}?"
    return with_lrc(track.encode())


def two(card: Card, more: str = "0000000001") -> bytes:
    return with_lrc(f";{card.number}={card.expiry_yymm}{card.service_code}{more}?".encode())


VISA = CARDS["visa"]
ONE, TWO = one(VISA), two(VISA)


class Encrypting:
    """Has the keys of all readers of one processor; each `seal` is the next transaction of one of them."""

    def __init__(self, base: bytes) -> None:
        self.base = base
        self.ksn = bytes.fromhex("62994901190000000001")

    def key(self, ksn: bytes, variant: int = ONE_WAY) -> bytes:
        transaction = dukpt.transaction_key(dukpt.initial_key(self.base, ksn), ksn)
        return dukpt.working_key(transaction, VARIANTS[variant])

    def seal(
        self,
        track_1: bytes = ONE,
        track_2: bytes = TWO,
        *,
        variant: pb.ReaderSealed.Variant = ONE_WAY,
        mode: pb.ReaderSealed.Mode = CHAINED,
        cut: int | None = None,
    ) -> pb.SealedPayment:
        """`cut`: bytes of a chained text that go into the first field (default: up to the block where track 1 ends)."""
        ksn, self.ksn = self.ksn, dukpt.next_ksn(self.ksn)
        key = self.key(ksn, variant)
        if mode == CHAINED:
            text = dukpt.encrypt(key, track_1 + track_2)
            at = -(-len(track_1) // 8) * 8 if cut is None else cut
            fields = text[:at], text[at:]
        else:
            fields = dukpt.encrypt(key, track_1), dukpt.encrypt(key, track_2)
        sealed = pb.ReaderSealed(scheme=TDES, variant=variant, mode=mode, ksn=ksn, track1=fields[0], track2=fields[1])
        return pb.SealedPayment(reader=sealed)
