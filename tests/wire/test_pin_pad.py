import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.wire.burst import Burst, Progress
from pos_bridge.wire.pin_pad import MAX_FRAME, Encrypted, NoPin, PadFraming, ask, end, read_answer
from tests.wire.test_burst import put

KSN, BLOCK = bytes.fromhex("FFFF9876543210E00001"), bytes.fromhex("1B9C1845EB993A7A")


def framed(body: bytes) -> bytes:
    check = 3
    for byte in body:
        check ^= byte
    return b"\x02" + body + b"\x03" + bytes((check,))


GOOD = framed(b"K" + KSN.hex().upper().encode() + b"," + BLOCK.hex().upper().encode())


def test_what_is_asked():
    assert ask(12_345, 124) == framed(b"P0000012345124")
    assert end() == framed(b"X")


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize(("ksn", "block"), [(KSN, BLOCK), (KSN + b"\1\2", BLOCK * 2)])
def test_an_encrypted_pin(ksn, block, lower):
    text = f"K{ksn.hex().upper()},{block.hex().upper()}"
    answer = read_answer(memoryview(framed((text[0] + text[1:].lower() if lower else text).encode())))
    assert answer == Encrypted(ksn, block)


def test_the_card_holder_gives_up():
    assert read_answer(memoryview(framed(b"C"))) is NoPin.CANCELLED


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x02",
        framed(b""),
        framed(b"CC"),
        framed(b"K"),
        framed(b"K" + b"0" * 20),
        framed(b"K" + b"0" * 18 + b"," + b"0" * 16),
        framed(b"K" + b"0" * 20 + b"," + b"0" * 18),
        framed(b"K" + b"0" * 19 + b" ," + b"0" * 16),
        framed(b"K" + b"0" * 20 + b"," + b"G" * 16),
        framed(b"1234"),
        GOOD[:-1] + bytes((GOOD[-1] ^ 1,)),
    ],
)
def test_what_is_no_answer(frame):
    assert read_answer(memoryview(frame)) is NoPin.NONSENSE


@given(st.binary(max_size=MAX_FRAME))
def test_no_bytes_raise_anything(raw):
    for frame in (raw, framed(raw)):
        assert isinstance(read_answer(memoryview(frame)), Encrypted | NoPin)


@given(st.integers(0, 8 * len(GOOD) - 1))
def test_no_flipped_bit_gives_a_pin(bit):
    damaged = bytearray(GOOD)
    damaged[bit // 8] ^= 1 << bit % 8
    assert read_answer(memoryview(damaged)) is NoPin.NONSENSE


@given(st.lists(st.integers(1, 20), min_size=1))
def test_a_frame_in_pieces(sizes):
    burst = Burst(memoryview(bytearray(MAX_FRAME + 1)), PadFraming())
    rest = GOOD
    while rest:
        size = sizes.pop() if sizes else len(rest)
        put(burst, rest[:size])
        rest = rest[size:]
    assert burst.progress is Progress.WHOLE
    assert bytes(burst.frame()) == GOOD
