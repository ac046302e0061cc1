"""Frames read as a driver reads them, for tests."""

from pos_bridge.wire.idtech import EncryptedSwipe, Verdict, read_frame
from tests.wire.swipes import PUBLISHED

VISA = PUBLISHED["visa"]


def read(frame: bytes | bytearray) -> EncryptedSwipe | Verdict:
    return read_frame(memoryview(bytearray(frame)))


def card(frame: bytes) -> EncryptedSwipe:
    swiped = read(frame)
    assert isinstance(swiped, EncryptedSwipe)
    return swiped
