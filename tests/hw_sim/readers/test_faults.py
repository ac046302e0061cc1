"""What goes wrong with a reader, and that it is normal again afterwards."""

import asyncio
import os
from pathlib import Path

import pytest

from hw_sim.readers.fault import Fault, HangUp
from hw_sim.readers.stripe import plain_frame
from tests.hw_sim.readers.place import AMEX, VISA, Place, at_the_counter
from tests.hw_sim.readers.port import Port, settle, until

FRAME = plain_frame(VISA)


@at_the_counter
async def test_unplug_hangs_up_and_takes_the_name_away(place: Place) -> None:
    port = place.open()
    customer = place.queue(VISA)
    place.reader.unplug()
    place.reader.unplug()
    assert not place.reader.device.is_symlink()
    assert os.read(port.fd, 10) == b""  # hung up
    port.close()
    assert await place.reader.swipe_now(AMEX) is False
    assert not customer.done()
    place.reader.plug()
    port = place.open()
    port.lamp_on()
    assert await port.read_swipe() == plain_frame(VISA)
    assert await customer


@at_the_counter
async def test_unplugging_in_mid_swipe_cuts_it_there(place: Place) -> None:
    port = place.open()
    customer = place.queue(VISA)
    port.lamp_on()
    await port.read(5)
    place.reader.unplug()
    assert await customer  # it was presented, as far as the customer can tell
    assert os.read(port.fd, 10) == b""


@pytest.mark.parametrize("after", [0, 1, 40])
def test_a_hang_up_comes_after_so_many_bytes(tmp_path: Path, after: int):
    @at_the_counter
    async def test(place: Place) -> None:
        port = place.open()
        customer = place.queue(VISA)
        await place.reader.break_next(HangUp(after))
        port.lamp_on()
        heard = bytearray()

        def hung_up() -> bool:
            try:
                data = os.read(port.fd, 4096)
            except BlockingIOError:
                return False
            except OSError:  # EIO: hung up
                return True
            heard.extend(data)
            return not data

        await until(hung_up)
        assert FRAME[:after].startswith(heard)  # the kernel drops at a hang-up what was not read yet
        assert await customer
        assert not place.reader.device.is_symlink()
        port.close()
        place.reader.plug()  # and is normal again
        port = place.open()
        customer = place.queue(AMEX)
        port.lamp_on()
        assert await port.read_swipe() == plain_frame(AMEX)
        assert await customer

    test(tmp_path)


@at_the_counter
async def test_noise_comes_now_and_before_the_next_swipe(place: Place) -> None:
    port = place.open()
    await place.reader.break_next(Fault.NOISE)
    await until(lambda: len(port.look()) >= 16)
    assert not set(port.look()) & set(b"%;+")
    port.seen.clear()
    customer = place.queue(VISA)
    port.lamp_on()
    assert await customer
    await until(lambda: FRAME in port.look())
    burst, _, after = port.look().partition(FRAME)
    assert len(burst) >= 16
    assert not set(burst) & set(b"%;+")
    assert after == b""
    await normal_again(place, port)


@at_the_counter
async def test_noise_on_a_closed_port_waits_for_the_swipe(place: Place) -> None:
    await place.reader.break_next(Fault.NOISE)
    port = place.open()
    assert port.look() == b""
    customer = asyncio.create_task(place.reader.swipe_now(VISA))
    await until(lambda: port.look().endswith(FRAME))
    assert len(port.look()) >= len(FRAME) + 16
    assert await customer
    await normal_again(place, port)


@at_the_counter
async def test_a_lamp_that_goes_off_after_the_noise_keeps_the_card_back(place: Place) -> None:
    await place.reader.break_next(Fault.NOISE)
    port = place.open()
    customer = place.queue(VISA)
    port.lamp_on()
    await until(lambda: len(port.look()) >= 16)
    port.lamp_off()
    await asyncio.sleep(0.3)  # longer than the pause after the noise
    assert not customer.done()
    assert FRAME[:1] not in port.look()
    port.lamp_on()
    await until(lambda: port.look().endswith(FRAME))
    assert await customer
    await normal_again(place, port)


@at_the_counter
async def test_a_stalled_swipe_stops_in_the_middle(place: Place) -> None:
    port = place.open()
    await place.reader.break_next(Fault.STALL)
    customer, next_customer = place.queue(VISA), place.queue(AMEX)
    port.lamp_on()
    assert await customer
    await until(lambda: port.look() == FRAME[: len(FRAME) // 2])
    await settle()
    assert port.look() == FRAME[: len(FRAME) // 2]
    assert not next_customer.done()
    port.seen.clear()
    port.lamp_off()
    port.lamp_on()
    assert await port.read_swipe() == plain_frame(AMEX)
    assert await next_customer
    await normal_again(place, port)


@at_the_counter
async def test_garbage_comes_three_times_one_for_each_lamp(place: Place) -> None:
    port = place.open()
    await place.reader.break_next(Fault.GARBAGE)
    customer = place.queue(VISA)
    for _ in range(3):
        port.lamp_on()
        bad = await port.read_swipe()
        assert len(bad) == len(FRAME)
        assert bad != FRAME
        port.lamp_off()
    assert await customer
    await normal_again(place, port)


@at_the_counter
async def test_garbage_comes_again_on_a_lamp_that_stays_on(place: Place) -> None:
    port = place.open()
    await place.reader.break_next(Fault.GARBAGE)
    customer = place.queue(VISA)
    port.lamp_on()
    bad = [await port.read_swipe() for _ in range(3)]
    assert len(set(bad)) == 3
    assert await customer
    await normal_again(place, port)


@at_the_counter
async def test_garbage_ends_with_the_payment_and_spares_the_next(place: Place) -> None:
    port = place.open()
    await place.reader.break_next(Fault.GARBAGE)
    customer = place.queue(VISA)
    port.lamp_on()
    await port.read_swipe()
    port.lamp_off()
    port.close()
    assert await customer
    await normal_again(place, place.open())


@at_the_counter
async def test_a_new_fault_replaces_the_waiting_one_and_replug_clears_it(place: Place) -> None:
    await place.reader.break_next(HangUp(3))
    await place.reader.break_next(Fault.STALL)
    place.reader.plug()
    await normal_again(place, place.open())


async def normal_again(place: Place, port: Port) -> None:
    port.lamp_off()
    await settle()
    port.look()
    port.seen.clear()
    customer = place.queue(AMEX)
    port.lamp_on()
    assert await port.read_swipe() == plain_frame(AMEX)
    await customer


@at_the_counter
async def test_closing_ends_a_swipe_in_progress(place: Place) -> None:
    customer = asyncio.create_task(place.reader.swipe_now(VISA))
    await settle()
    await place.reader.close()
    assert await customer
    assert len(asyncio.all_tasks()) == 1
