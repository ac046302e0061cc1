import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim import dukpt
from hw_sim.key_room import base_key, inject, state_file
from hw_sim.readers.key_state import KeyState
from hw_sim.readers.pin_pad import PadListener, PinPad, framed, pin_block
from tests.hw_sim.readers.port import LONG, Port, settle, until

ASK = b"P0000004750124"
CANCELLED = b"\x02C\x03" + bytes((ord("C") ^ 3,))


def answered(frame: bytes) -> tuple[bytes, bytes]:
    """KSN and block of a whole answer."""
    assert (frame[:2], frame[-2]) == (b"\x02K", 3)
    assert framed(frame[1:-2]) == frame
    ksn, block = (bytes.fromhex(part.decode()) for part in frame[2:-2].split(b","))
    return ksn, block


def opened_pin(base: bytes, ksn: bytes, block: bytes) -> str:
    """As the processor does (psec knows no format 1)."""
    key = dukpt.working_key(dukpt.transaction_key(dukpt.initial_key(base, ksn), ksn), dukpt.Variant.PIN)
    clear = dukpt.decrypt(key, block)
    assert clear[0] >> 4 == 1
    length = clear[0] & 15
    return clear.hex()[2 : 2 + length]


def at_the_pad(scene):
    """A test with a pad, its processor's base key, and a till's end of the line."""

    def test(tmp_path: Path) -> None:
        inject(tmp_path, tmp_path, "pin_pad")
        base = base_key(tmp_path)

        async def play() -> None:
            pad = PinPad("pin_pad", tmp_path / "pad", KeyState(state_file(tmp_path, "pin_pad")))
            port = Port(pad.device)
            try:
                async with asyncio.timeout(LONG):
                    await scene(pad, port, base)
            finally:
                port.close()
                pad.close()
            assert len(asyncio.all_tasks()) == 1
            assert not pad.device.exists()

        asyncio.run(play())

    test.__doc__ = scene.__doc__
    return test


async def answer(port: Port) -> bytes:
    await until(lambda: len(port.look()) > 3 and port.seen[-2] == 3)
    return await port.read(len(port.seen))


@at_the_pad
async def test_a_pin_is_entered_when_it_is_asked_for(pad, port, base):
    entering = asyncio.create_task(pad.enter("1234", LONG))
    await settle()
    assert (entering.done(), port.look()) == (False, b"")
    port.write(framed(ASK))
    first = answered(await answer(port))
    assert await entering
    assert opened_pin(base, *first) == "1234"
    port.write(framed(ASK))
    assert await pad.enter("987654321098", LONG)
    second = answered(await answer(port))
    assert opened_pin(base, *second) == "987654321098"
    assert dukpt.counter(second[0]) > dukpt.counter(first[0])


@at_the_pad
async def test_cancel_is_an_answer_too(pad, port, base):
    port.write(framed(ASK))
    assert await pad.enter(None, LONG)
    assert await answer(port) == CANCELLED


@at_the_pad
async def test_nobody_enters_a_pin_that_is_not_wanted_any_more(pad, port, base):
    port.write(framed(ASK) + framed(b"X"))
    await settle()
    assert not await pad.enter("1234", 0.05)
    port.write(framed(ASK))
    await settle()
    port.close()
    await settle()
    assert not await pad.enter("1234", 0.05)
    assert not await pad.enter("1234", 0, lambda: False)


@at_the_pad
async def test_a_customer_who_left_enters_nothing(pad, port, base):
    port.write(framed(ASK))
    assert not await pad.enter("1234", LONG, lambda: False)
    assert await pad.enter(None, LONG)
    assert await answer(port) == CANCELLED


@at_the_pad
async def test_what_is_no_pin_is_refused(pad, port, base):
    for wrong in ("123", "12345678901234", "12a4", ""):
        with pytest.raises(ValueError, match="4 to 12 digits"):
            await pad.enter(wrong, LONG)


def test_the_block_is_format_1():
    block = pin_block("1234")
    assert len(block) == 8
    assert block.hex().startswith("141234")
    assert pin_block("1234") != block


@given(st.lists(st.sampled_from([framed(ASK), framed(b"X"), b"\x02", b"\x03", b"noise", b"\x02P\x03\0"])), st.data())
def test_pieces_make_no_difference(parts, data):
    whole = b"".join(parts)
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=4).map(sorted))
    listener = PadListener()
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert [message for piece in pieces for message in listener.feed(piece)] == PadListener().feed(whole)


@given(st.binary(max_size=300))
def test_any_noise_is_heard_in_silence(noise):
    for message in PadListener().feed(noise + b"\x03" * 70 + framed(ASK)):
        assert len(message) < 64
