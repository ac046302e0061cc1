"""A reader that sends anything but a swipe: the till gets nexo's own answer, and the next sale works."""

import json
import random

import pytest

from hw_sim.cards import NON_BANK_CARDS
from hw_sim.readers.idtech_frame import Options, clear_frame
from hw_sim.readers.stripe import HOLDER, stripe
from hw_sim.reply import Reply
from tests.drivers.idtech_reader import HASHES
from tests.drivers.line import VISA, Line
from tests.processes import descriptors, resident_kib
from tests.surfaces.book import until
from tests.surfaces.counter import Counter, Present, counter
from tests.surfaces.hands import ENDLESS, HANDS, WRONG, silence_heard
from tests.wire.idtech_frames import Swiped
from tests.wire.swipes import NAME, swipe, track_1, track_2

READER_GONE = {"DeviceOut", "UnavailableDevice"}
CLEAR_RUN = 9  # so many digits of a number in a row are a part of it

only_encrypting = pytest.mark.parametrize("till", ["idtech_msr"], indirect=True)


@pytest.fixture(scope="module", params=list(HANDS))
def till(store, request):
    with counter(store, HANDS[request.param](store)) as made:
        yield made


def sent(*frames: bytes, till: Counter) -> Present:
    """Each frame when the reader is wanted: the first at once, the next when it is wanted again."""

    def present(line: Line) -> None:
        for number, frame in enumerate(frames):
            if number:
                till.hand.again(line)
            line.send(frame)

    return present


def check_next_sale(till: Counter, paid_before: int = 0) -> None:
    """It is paid, and beside it no more than `paid_before` of what the till did since the last one."""
    answer = till.pay("12.00", sent(till.hand.good(), till=till))
    assert answer.result == "Success"
    sold = till.sold()
    assert len(sold) == paid_before + 1
    assert (sold[-1]["card"], sold[-1]["amount"]) == (VISA, 1200)


def tells_nothing(till: Counter, answer: Reply) -> None:
    """Neither the till nor the log has any of the number or the name."""
    told = json.dumps([answer.document, till.log()], default=str)
    assert not any(VISA[at : at + CLEAR_RUN] in told for at in range(len(VISA) - CLEAR_RUN + 1))
    assert not any(name.split("/")[0] in told for name in (NAME, HOLDER))


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_checksum_is_no_card_however_often(till, what):
    answer = till.pay("11.00", sent(*(till.hand.bad(what) for _ in range(3)), till=till))
    assert answer.error == "InvalidCard"
    tells_nothing(till, answer)
    check_next_sale(till)


def test_a_wrong_checksum_and_then_a_good_swipe(till):
    bad = [till.hand.bad(what) for what in WRONG[:2]]
    answer = till.pay("11.00", sent(*bad, till.hand.good(), till=till))
    assert answer.result == "Success"
    check_next_sale(till, paid_before=1)


@pytest.mark.parametrize("size", [1, 40, 80, -1])
def test_a_frame_cut_short(till, size):
    answer = till.pay("11.00", sent(till.hand.good()[:size], till=till))
    assert answer.error in READER_GONE
    tells_nothing(till, answer)
    check_next_sale(till)


@pytest.mark.parametrize("what", ENDLESS)
def test_a_frame_without_end_does_not_grow_the_room_nor_end_the_sale(till, what):
    """Forty thousand bytes without a pause: whatever they were, a swipe behind a silence counts."""
    endless = till.hand.endless[what] + b"1" * 40_000
    answer = till.pay("11.00", sent(endless, till.hand.good(), till=till))
    assert answer.result == "Success"
    tells_nothing(till, answer)
    check_next_sale(till, paid_before=1)


def test_noise_between_two_swipes(till):
    """While nobody pays, and while a card is awaited."""
    rng = random.Random(20261123)
    noise = bytes(byte for byte in range(256) if byte not in till.hand.starts)

    def present(line: Line) -> None:
        line.send(bytes(rng.choices(noise, k=rng.randint(1, 200))))
        silence_heard(till.store)
        line.send(till.hand.good())

    for _ in range(2):
        till.line.send(bytes(rng.choices(noise, k=rng.randint(1, 200))))
        assert till.pay("11.00", present).result == "Success"
    check_next_sale(till, paid_before=2)


@pytest.mark.parametrize("tenths", range(11))
def test_unplugged_at_a_byte_and_plugged_in_again(till, tenths):
    """From before the first to before the last."""
    frame = till.hand.good()

    def present(line: Line) -> None:
        line.send(frame[: (len(frame) - 1) * tenths // 10])
        line.wait_taken()
        till.unplug()

    answer = till.pay("11.00", present)
    assert answer.error in READER_GONE
    tells_nothing(till, answer)
    till.replug()
    check_next_sale(till)


def test_unplugged_while_nobody_pays(till):
    till.unplug()
    answer = till.store.till().pay("11.00")
    assert answer.error in READER_GONE
    till.replug()
    check_next_sale(till)


# ---- a reader that should encrypt ----

IN_CLEAR = {
    "both tracks as text": swipe(VISA),
    "track 2 as text": track_2(VISA),
    "an original frame": Swiped(kind="original", encrypts=False, masks=(track_1(VISA), track_2(VISA))).frame(),
    "an enhanced frame": Swiped(encrypts=False).frame(),
}


@only_encrypting
@pytest.mark.parametrize("what", IN_CLEAR)
def test_a_bank_card_in_clear_is_not_taken_and_said_to_nobody(till, what):
    answer = till.pay("11.00", sent(IN_CLEAR[what], till=till))
    assert answer.error == "UnavailableDevice"
    last = till.log()[-1]
    assert (last["event"], last["reason"]) == ("CardNotRead", "reader_in_clear")
    tells_nothing(till, answer)
    check_next_sale(till)


@only_encrypting
@pytest.mark.parametrize("enhanced", [False, True])
@pytest.mark.parametrize("card", NON_BANK_CARDS)
def test_a_badge_is_no_bank_card(till, card, enhanced):
    answer = till.pay("11.00", sent(clear_frame(stripe(NON_BANK_CARDS[card]), Options(enhanced=enhanced)), till=till))
    assert answer.error == "InvalidCard"
    tells_nothing(till, answer)
    check_next_sale(till)


@only_encrypting
def test_no_sale_writes_to_the_reader(till):
    """Its settings wear: the first sale on a new reader switched its hashes off, and that was all."""
    for _ in range(3):
        check_next_sale(till)
    assert till.hand.written == [(HASHES, ord("0"))]


# ---- all of it ----


def test_the_engine_was_the_same_throughout_and_did_not_grow(till):
    engine = int(till.store.facts["engine_pid"])
    for _ in range(3):
        check_next_sale(till)
    open_before, size_before = descriptors(engine), resident_kib(engine)
    for _ in range(3):
        till.pay("11.00", sent(*(till.hand.bad(WRONG[1]) for _ in range(3)), till=till))
        till.pay("11.00", sent(till.hand.good()[:40], till=till))
    check_next_sale(till)
    assert int(till.store.facts["engine_pid"]) == engine
    until(
        lambda: descriptors(engine) <= open_before + 1
    )  # the next room's may be opened before the last one's are closed
    assert resident_kib(engine) <= size_before + 2048
