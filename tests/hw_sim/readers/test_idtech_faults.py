"""The simulated encrypting reader made to fail, and normal again."""

from hw_sim.readers.fault import Fault, HangUp
from tests.hw_sim.readers.idtech import DISABLE, ENABLE, Till, checks_hold, parse, review, told
from tests.hw_sim.readers.idtech_scene import Scene, at_the_counter, tracks
from tests.hw_sim.readers.place import AMEX, VISA
from tests.hw_sim.readers.port import until

# ---- faults ----


@at_the_counter
async def test_noise_means_nothing_and_the_swipe_behind_it_is_good(scene: Scene) -> None:
    await scene.till.ask(ENABLE)
    await scene.place.reader.break_next(Fault.NOISE)
    await until(lambda: len(scene.till.port.look()) >= 16)
    customer = scene.place.queue(VISA)
    assert await customer
    line = scene.till.port.look()
    assert not set(line[: line.index(2)]) & {6, 0x15, 0x16}
    assert scene.opened(line[line.index(2) :]) == tracks(VISA)


@at_the_counter
async def test_a_stalled_swipe_stops_in_the_middle(scene: Scene) -> None:
    await scene.place.reader.break_next(Fault.STALL)
    customer = scene.place.queue(VISA)
    await scene.till.ask(ENABLE)
    assert await customer
    half = scene.till.port.look()
    assert len(half) == (int.from_bytes(half[1:3], "little") + 6) // 2


@at_the_counter
async def test_garbage_is_three_swipes_whose_checks_do_not_hold_each_under_its_own_key(scene: Scene) -> None:
    """Reading stays on: the customer tries again by herself."""
    await scene.place.reader.break_next(Fault.GARBAGE)
    customer = scene.place.queue(VISA)
    await scene.till.ask(ENABLE)
    bad = [await scene.till.read_frame() for _ in range(3)]
    assert await customer
    assert not any(checks_hold(frame) for frame in bad)
    assert len(set(bad)) == 3
    await scene.till.ask(ENABLE)
    assert await scene.place.queue(AMEX)
    frame = await scene.till.read_frame()
    assert scene.opened(frame) == tracks(AMEX)
    assert parse(frame).ksn[-1] == 4


@at_the_counter
async def test_a_till_that_comes_between_bad_swipes_is_answered(scene: Scene) -> None:
    await scene.place.reader.break_next(Fault.GARBAGE)
    customer = scene.place.queue(VISA)
    await scene.till.ask(ENABLE)
    await scene.till.read_frame()
    await scene.till.ask(DISABLE)
    await scene.till.ask(review(0x7E), told(0x7E, b"3"))
    scene.till.port.close()
    assert await customer


@at_the_counter
async def test_a_hang_up_in_the_middle_and_good_again(scene: Scene) -> None:
    await scene.place.reader.break_next(HangUp(40))
    customer = scene.place.queue(VISA)
    scene.till.say(ENABLE)
    assert await customer
    assert not scene.place.reader.device.is_symlink()
    scene.place.reader.plug()
    till = Till(scene.place.open())
    again = scene.place.queue(VISA)
    await till.ask(ENABLE)
    raw = await till.read_frame()
    assert await again
    assert parse(raw).ksn[-1] == 2
