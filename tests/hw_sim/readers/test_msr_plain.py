"""The simulated reader on a real pseudo-terminal, with a till at the other end that does what the card room does."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hw_sim.cards import CARDS
from hw_sim.readers.fault import Fault, HangUp
from hw_sim.readers.msr_plain import MsrPlain
from hw_sim.readers.stripe import frame
from tests.hw_sim.readers.port import LONG, Port, settle, until

VISA, AMEX = frame(CARDS["visa"]), frame(CARDS["amex"])


Test = Callable[[MsrPlain], Coroutine[Any, Any, None]]
Reader = Callable[[Test], None]


@pytest.fixture(name="run")
def run_on_reader(tmp_path: Path) -> Reader:
    def run(test: Test) -> None:
        async def main() -> None:
            reader = MsrPlain("msr_plain", tmp_path / "msr_plain", Random(1))
            reader.plug()
            try:
                async with asyncio.timeout(LONG):
                    await test(reader)
            finally:
                await reader.close()
            assert len(asyncio.all_tasks()) == 1

        asyncio.run(main())
        assert list(tmp_path.iterdir()) == []

    return run


def queued(reader: MsrPlain, swipe: bytes) -> "asyncio.Task[bool]":
    return asyncio.create_task(reader.swipe(swipe, LONG))


def test_a_card_waits_for_the_lamp_and_is_presented_once(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        customer = queued(reader, VISA)
        await settle()
        assert (port.look(), customer.done()) == (b"", False)
        port.lamp_on()
        assert await port.read_swipe() == VISA
        assert await customer
        port.lamp_off()
        port.lamp_on()
        await settle()
        assert port.look() == b""
        port.close()

    run(test)


def test_cards_queue_and_each_lamp_on_takes_one(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        customers = []
        for swipe in (VISA, AMEX, VISA):
            customers.append(queued(reader, swipe))
            await settle()
        for place, swipe in enumerate((VISA, AMEX, VISA)):
            port.lamp_on()
            assert await port.read_swipe() == swipe
            assert await customers[place]
            await settle()
            assert port.look() == b""
            assert not any(customer.done() for customer in customers[place + 1 :])
            port.lamp_off()
        port.close()

    run(test)


def test_a_lamp_that_is_on_already_meets_the_card_that_comes(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        port.lamp_on()
        await settle()
        customer = queued(reader, AMEX)
        assert await port.read_swipe() == AMEX
        assert await customer
        port.close()

    run(test)


def test_nobody_wants_a_card_and_nothing_is_remembered(run: Reader):
    async def test(reader: MsrPlain) -> None:
        assert await reader.swipe(VISA, 0.05) is False
        assert await reader.swipe(VISA, 0) is False
        port = Port(reader.device)
        port.lamp_on()
        await settle()
        assert port.look() == b""
        port.close()

    run(test)


def test_a_customer_who_leaves_takes_the_card_along(run: Reader):
    async def test(reader: MsrPlain) -> None:
        leaves, stays = queued(reader, VISA), queued(reader, AMEX)
        await settle()
        leaves.cancel()
        port = Port(reader.device)
        port.lamp_on()
        assert await port.read_swipe() == AMEX
        assert await stays
        assert leaves.cancelled()
        port.close()

    run(test)


def test_a_customer_who_is_gone_when_it_matters_presents_nothing(run: Reader):
    async def test(reader: MsrPlain) -> None:
        leaves = asyncio.create_task(reader.swipe(VISA, LONG, lambda: False))
        stays = queued(reader, AMEX)
        port = Port(reader.device)
        port.lamp_on()
        assert await port.read_swipe() == AMEX
        assert await leaves is False
        assert await stays
        port.close()

    run(test)


def test_a_swipe_that_began_is_carried_through(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        customer = queued(reader, VISA)
        port.lamp_on()
        begin = await port.read(5)
        customer.cancel()
        assert begin + await port.read_swipe() == VISA
        port.close()

    run(test)


def test_a_lamp_left_on_by_a_program_that_is_gone_wants_nothing(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        port.lamp_on()
        await settle()
        port.close()
        await settle()
        customer = queued(reader, VISA)
        await settle()
        assert not customer.done()
        port = Port(reader.device)
        await settle()
        assert (port.look(), customer.done()) == (b"", False)
        port.lamp_on()
        assert await port.read_swipe() == VISA
        assert await customer
        port.close()

    run(test)


def test_now_waits_for_nobody_and_lies_in_the_buffer(run: Reader):
    async def test(reader: MsrPlain) -> None:
        assert await reader.swipe_now(VISA)
        port = Port(reader.device)
        assert await port.read_swipe() == VISA
        assert await reader.swipe_now(AMEX)
        port.lamp_on()  # flushes
        await settle()
        assert port.look() == b""
        port.close()

    run(test)


def test_now_and_the_queue_take_turns_on_the_wire(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        customer = queued(reader, VISA)
        port.lamp_on()
        begin = await port.read(5)
        pushed = asyncio.create_task(reader.swipe_now(AMEX))
        assert begin + await port.read_swipe() == VISA
        assert await port.read_swipe() == AMEX
        assert await customer
        assert await pushed
        port.close()

    run(test)


def test_bytes_come_one_after_the_other_not_in_one_gulp(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        customer = queued(reader, VISA)
        port.lamp_on()
        first = await port.read(1)
        assert len(first + port.look()) < len(VISA)
        assert first + await port.read_swipe() == VISA
        assert await customer
        port.close()

    run(test)


def test_a_stranger_at_the_port_is_no_reader_left_alone(run: Reader):
    """A visit that opens and closes at once, again and again, as a status query does."""

    async def test(reader: MsrPlain) -> None:
        customer = queued(reader, VISA)
        for _ in range(20):
            Port(reader.device).close()
            await asyncio.sleep(0.003)
        port = Port(reader.device)
        port.lamp_on()
        assert await port.read_swipe() == VISA
        assert await customer
        port.close()

    run(test)


# ---- faults ----


def test_unplug_hangs_up_and_takes_the_name_away(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        customer = queued(reader, VISA)
        reader.unplug()
        reader.unplug()
        assert not reader.device.is_symlink()
        assert os.read(port.fd, 10) == b""  # hung up
        port.close()
        assert await reader.swipe_now(AMEX) is False
        assert not customer.done()
        reader.plug()
        port = Port(reader.device)
        port.lamp_on()
        assert await port.read_swipe() == VISA
        assert await customer
        port.close()

    run(test)


def test_unplugging_in_mid_swipe_cuts_it_there(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        customer = queued(reader, VISA)
        port.lamp_on()
        await port.read(5)
        reader.unplug()
        assert await customer  # it was presented, as far as the customer can tell
        assert os.read(port.fd, 10) == b""
        port.close()

    run(test)


@pytest.mark.parametrize("after", [0, 1, 40])
def test_a_hang_up_comes_after_so_many_bytes(run: Reader, after: int):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        customer = queued(reader, VISA)
        await reader.break_next(HangUp(after))
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
        assert VISA[:after].startswith(heard)  # the kernel drops at a hang-up what was not read yet
        assert await customer
        assert not reader.device.is_symlink()
        port.close()
        reader.plug()  # and is normal again
        port = Port(reader.device)
        customer = queued(reader, AMEX)
        port.lamp_on()
        assert await port.read_swipe() == AMEX
        assert await customer
        port.close()

    run(test)


def test_noise_comes_now_and_before_the_next_swipe(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        await reader.break_next(Fault.NOISE)
        await until(lambda: len(port.look()) >= 16)
        assert not set(port.look()) & set(b"%;+")
        port.seen.clear()
        customer = queued(reader, VISA)
        port.lamp_on()
        assert await customer
        await until(lambda: VISA in port.look())
        burst, _, after = port.look().partition(VISA)
        assert len(burst) >= 16
        assert not set(burst) & set(b"%;+")
        assert after == b""
        await normal_again(reader, port)

    run(test)


def test_noise_on_a_closed_port_waits_for_the_swipe(run: Reader):
    async def test(reader: MsrPlain) -> None:
        await reader.break_next(Fault.NOISE)
        port = Port(reader.device)
        assert port.look() == b""
        customer = asyncio.create_task(reader.swipe_now(VISA))
        await until(lambda: port.look().endswith(VISA))
        assert len(port.look()) >= len(VISA) + 16
        assert await customer
        await normal_again(reader, port)

    run(test)


def test_a_lamp_that_goes_off_after_the_noise_keeps_the_card_back(run: Reader):
    async def test(reader: MsrPlain) -> None:
        await reader.break_next(Fault.NOISE)
        port = Port(reader.device)
        customer = queued(reader, VISA)
        port.lamp_on()
        await until(lambda: len(port.look()) >= 16)
        port.lamp_off()
        await asyncio.sleep(0.3)  # longer than the pause after the noise
        assert not customer.done()
        assert VISA[:1] not in port.look()
        port.lamp_on()
        await until(lambda: port.look().endswith(VISA))
        assert await customer
        await normal_again(reader, port)

    run(test)


def test_a_stalled_swipe_stops_in_the_middle(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        await reader.break_next(Fault.STALL)
        customer, next_customer = queued(reader, VISA), queued(reader, AMEX)
        port.lamp_on()
        assert await customer
        await until(lambda: port.look() == VISA[: len(VISA) // 2])
        await settle()
        assert port.look() == VISA[: len(VISA) // 2]
        assert not next_customer.done()
        port.seen.clear()
        port.lamp_off()
        port.lamp_on()
        assert await port.read_swipe() == AMEX
        assert await next_customer
        await normal_again(reader, port)

    run(test)


def test_garbage_comes_three_times_one_for_each_lamp(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        await reader.break_next(Fault.GARBAGE)
        customer = queued(reader, VISA)
        for _ in range(3):
            port.lamp_on()
            bad = await port.read_swipe()
            assert len(bad) == len(VISA)
            assert bad != VISA
            port.lamp_off()
        assert await customer
        await normal_again(reader, port)

    run(test)


def test_garbage_comes_again_on_a_lamp_that_stays_on(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        await reader.break_next(Fault.GARBAGE)
        customer = queued(reader, VISA)
        port.lamp_on()
        bad = [await port.read_swipe() for _ in range(3)]
        assert len(set(bad)) == 3
        assert await customer
        await normal_again(reader, port)

    run(test)


def test_garbage_ends_with_the_payment_and_spares_the_next(run: Reader):
    async def test(reader: MsrPlain) -> None:
        port = Port(reader.device)
        await reader.break_next(Fault.GARBAGE)
        customer = queued(reader, VISA)
        port.lamp_on()
        await port.read_swipe()
        port.lamp_off()
        port.close()
        assert await customer
        await normal_again(reader, Port(reader.device))

    run(test)


def test_a_new_fault_replaces_the_waiting_one_and_replug_clears_it(run: Reader):
    async def test(reader: MsrPlain) -> None:
        await reader.break_next(HangUp(3))
        await reader.break_next(Fault.STALL)
        reader.plug()
        await normal_again(reader, Port(reader.device))

    run(test)


async def normal_again(reader: MsrPlain, port: Port) -> None:
    port.lamp_off()
    await settle()
    port.look()
    port.seen.clear()
    customer = queued(reader, AMEX)
    port.lamp_on()
    assert await port.read_swipe() == AMEX
    await customer
    port.close()


def test_closing_ends_a_swipe_in_progress(tmp_path: Path):
    async def main() -> None:
        reader = MsrPlain("msr_plain", tmp_path / "msr_plain")
        reader.plug()
        customer: Awaitable[bool] = asyncio.create_task(reader.swipe_now(VISA))
        await settle()
        await reader.close()
        assert await customer
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(main())
