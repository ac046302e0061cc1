"""Customers at a reader on a real pseudo-terminal, with a till at the other end that does what the card room does."""

import asyncio

from hw_sim.readers.stripe import plain_frame
from tests.hw_sim.readers.place import AMEX, VISA, Place, at_the_counter
from tests.hw_sim.readers.port import LONG, settle


@at_the_counter
async def test_a_card_waits_for_the_lamp_and_is_presented_once(place: Place) -> None:
    port = place.open()
    customer = place.queue(VISA)
    await settle()
    assert (port.look(), customer.done()) == (b"", False)
    port.lamp_on()
    assert await port.read_swipe() == plain_frame(VISA)
    assert await customer
    port.lamp_off()
    port.lamp_on()
    await settle()
    assert port.look() == b""


@at_the_counter
async def test_cards_queue_and_each_lamp_on_takes_one(place: Place) -> None:
    port = place.open()
    customers = []
    for swipe in (VISA, AMEX, VISA):
        customers.append(place.queue(swipe))
        await settle()
    for number, swipe in enumerate((VISA, AMEX, VISA)):
        port.lamp_on()
        assert await port.read_swipe() == plain_frame(swipe)
        assert await customers[number]
        await settle()
        assert port.look() == b""
        assert not any(customer.done() for customer in customers[number + 1 :])
        port.lamp_off()


@at_the_counter
async def test_a_lamp_that_is_on_already_meets_the_card_that_comes(place: Place) -> None:
    port = place.open()
    port.lamp_on()
    await settle()
    customer = place.queue(AMEX)
    assert await port.read_swipe() == plain_frame(AMEX)
    assert await customer


@at_the_counter
async def test_nobody_wants_a_card_and_nothing_is_remembered(place: Place) -> None:
    assert await place.reader.swipe(VISA, 0.05) is False
    assert await place.reader.swipe(VISA, 0) is False
    port = place.open()
    port.lamp_on()
    await settle()
    assert port.look() == b""


@at_the_counter
async def test_a_customer_who_leaves_takes_the_card_along(place: Place) -> None:
    leaves, stays = place.queue(VISA), place.queue(AMEX)
    await settle()
    leaves.cancel()
    port = place.open()
    port.lamp_on()
    assert await port.read_swipe() == plain_frame(AMEX)
    assert await stays
    assert leaves.cancelled()


@at_the_counter
async def test_a_customer_who_is_gone_when_it_matters_presents_nothing(place: Place) -> None:
    leaves = asyncio.create_task(place.reader.swipe(VISA, LONG, lambda: False))
    stays = place.queue(AMEX)
    port = place.open()
    port.lamp_on()
    assert await port.read_swipe() == plain_frame(AMEX)
    assert await leaves is False
    assert await stays


@at_the_counter
async def test_a_swipe_that_began_is_carried_through(place: Place) -> None:
    port = place.open()
    customer = place.queue(VISA)
    port.lamp_on()
    begin = await port.read(5)
    customer.cancel()
    assert begin + await port.read_swipe() == plain_frame(VISA)


@at_the_counter
async def test_a_lamp_left_on_by_a_program_that_is_gone_wants_nothing(place: Place) -> None:
    port = place.open()
    port.lamp_on()
    await settle()
    port.close()
    await settle()
    customer = place.queue(VISA)
    await settle()
    assert not customer.done()
    port = place.open()
    await settle()
    assert (port.look(), customer.done()) == (b"", False)
    port.lamp_on()
    assert await port.read_swipe() == plain_frame(VISA)
    assert await customer


@at_the_counter
async def test_now_waits_for_nobody_and_lies_in_the_buffer(place: Place) -> None:
    assert await place.reader.swipe_now(VISA)
    port = place.open()
    assert await port.read_swipe() == plain_frame(VISA)
    assert await place.reader.swipe_now(AMEX)
    port.lamp_on()  # flushes
    await settle()
    assert port.look() == b""


@at_the_counter
async def test_now_and_the_queue_take_turns_on_the_wire(place: Place) -> None:
    port = place.open()
    customer = place.queue(VISA)
    port.lamp_on()
    begin = await port.read(5)
    pushed = asyncio.create_task(place.reader.swipe_now(AMEX))
    assert begin + await port.read_swipe() == plain_frame(VISA)
    assert await port.read_swipe() == plain_frame(AMEX)
    assert await customer
    assert await pushed


@at_the_counter
async def test_bytes_come_one_after_the_other_not_in_one_gulp(place: Place) -> None:
    port = place.open()
    customer = place.queue(VISA)
    port.lamp_on()
    first = await port.read(1)
    assert len(first + port.look()) < len(plain_frame(VISA))
    assert first + await port.read_swipe() == plain_frame(VISA)
    assert await customer


@at_the_counter
async def test_a_stranger_at_the_port_is_no_reader_left_alone(place: Place) -> None:
    """A visit that opens and closes at once, again and again, as a status query does."""
    customer = place.queue(VISA)
    for _ in range(20):
        place.open().close()
        await asyncio.sleep(0.003)
    port = place.open()
    port.lamp_on()
    assert await port.read_swipe() == plain_frame(VISA)
    assert await customer
