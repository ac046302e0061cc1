"""A reader that sends anything but a swipe: the till gets nexo's own answer, and the next sale works."""

import json
import random

import pytest

from hw_sim.cards import CARDS
from hw_sim.till import Reply
from tests.drivers.line import GREEN, Line
from tests.processes import descriptors, resident_kib
from tests.surfaces.counter import VISA, Counter, Present, counter

READER_GONE = {"DeviceOut", "UnavailableDevice"}
NOISE = bytes(byte for byte in range(256) if byte not in b"%;+\r")


@pytest.fixture(scope="module")
def till(store):
    with counter(store) as made:
        yield made


def swiped(line: Line) -> None:
    line.send(VISA)


def in_turn(*frames: bytes) -> Present:
    """Each frame when the lamp asks for it: the first at once, the next when it was switched off and on again."""

    def present(line: Line) -> None:
        for number, frame in enumerate(frames):
            if number:
                line.hear(GREEN)
            line.send(frame)

    return present


def check_next_sale(till: Counter) -> None:
    before = till.store.ledger()
    answer = till.pay("12.00", swiped)
    assert answer.result == "Success"
    (row,) = till.store.ledger()[len(before) :]
    assert (row["card"], row["amount"]) == (CARDS["visa"].number, 1200)


def tells_nothing(answer: Reply) -> None:
    told = json.dumps(answer.document, default=str)
    assert CARDS["visa"].number[:9] not in told
    assert "MARQUISE" not in told


def wrong_checksums() -> dict[str, bytes]:
    one = VISA.index(b"?") + 1
    two = VISA.rindex(b"?") + 1
    flipped = {"track 1": one, "track 2": two, "a digit": 5, "the separator": VISA.index(b"=")}
    return {name: VISA[:at] + bytes((VISA[at] ^ 1,)) + VISA[at + 1 :] for name, at in flipped.items()}


@pytest.mark.parametrize("what", wrong_checksums())
def test_a_wrong_checksum_is_no_card_however_often(till, what):
    before = till.store.ledger()
    answer = till.pay("11.00", in_turn(*[wrong_checksums()[what]] * 3))
    assert answer.error == "InvalidCard"
    tells_nothing(answer)
    assert till.store.ledger() == before
    check_next_sale(till)


def test_a_wrong_checksum_and_then_a_good_swipe(till):
    answer = till.pay("11.00", in_turn(*[*wrong_checksums().values()][:2], VISA))
    assert answer.result == "Success"


@pytest.mark.parametrize("size", [1, 40, 80, len(VISA) - 1])
def test_a_frame_cut_short(till, size):
    answer = till.pay("11.00", lambda line: line.send(VISA[:size]))
    assert answer.error in READER_GONE
    tells_nothing(answer)
    check_next_sale(till)


@pytest.mark.parametrize("start", [b"%B4921", b";4921", b"x%"])
def test_a_frame_without_end_does_not_grow_the_room_nor_end_the_sale(till, start):
    """Forty thousand bytes without a pause: whatever they were, a swipe behind a silence counts."""

    def present(line: Line) -> None:
        line.send(start + b"1" * 40_000)
        line.hear(GREEN)
        line.send(VISA)

    answer = till.pay("11.00", present)
    assert answer.result == "Success"
    tells_nothing(answer)
    check_next_sale(till)


def test_noise_between_two_swipes(till):
    rng = random.Random(20261123)
    for _ in range(3):
        till.line.send(bytes(rng.choices(NOISE, k=rng.randint(1, 200))))
        check_next_sale(till)


@pytest.mark.parametrize("size", [*range(0, len(VISA), 13), len(VISA) - 1])
def test_unplugged_at_a_byte_and_plugged_in_again(till, size):
    def present(line: Line) -> None:
        line.send(VISA[:size])
        line.wait_taken()
        till.unplug()

    before = till.store.ledger()
    answer = till.pay("11.00", present)
    assert answer.error in READER_GONE
    tells_nothing(answer)
    assert till.store.ledger() == before
    till.replug()
    check_next_sale(till)


def test_unplugged_while_nobody_pays(till):
    till.unplug()
    answer = till.store.till().pay("11.00")
    assert answer.error in READER_GONE
    till.replug()
    check_next_sale(till)


def test_the_engine_was_the_same_throughout_and_did_not_grow(till):
    engine = int(till.store.facts["engine_pid"])
    for _ in range(3):
        check_next_sale(till)
    open_before, size_before = descriptors(engine), resident_kib(engine)
    for _ in range(3):
        till.pay("11.00", in_turn(*[wrong_checksums()["track 2"]] * 3))
        till.pay("11.00", lambda line: line.send(VISA[:40]))
    check_next_sale(till)
    assert int(till.store.facts["engine_pid"]) == engine
    assert descriptors(engine) <= open_before + 1
    assert resident_kib(engine) <= size_before + 2048
