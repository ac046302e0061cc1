"""What a cashier sees while cards do what cards do: a stripe reader, a chip reader, a native till that watches."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hw_sim.store import control
from pos_bridge.protocol import till_v1_pb2 as pb
from tests.surfaces.chip_book import PIN, READERS, ChipBook
from tests.surfaces.native import NativeShop, Watched, native_shop

BEGIN = [pb.STAGE_PREPARING, pb.STAGE_PRESENT_CARD]


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeShop]:
    with native_shop(tmp_path_factory.mktemp("store"), *READERS) as shop:
        yield shop


@pytest.fixture(name="chips")
def customers_with_chips(shop: NativeShop) -> Iterator[ChipBook]:
    chips = ChipBook(shop.store)
    yield chips
    chips.remove()


@contextmanager
def asking_at_readers(shop: NativeShop, chips: ChipBook, cents: int) -> Iterator[Watched]:
    """A payment whose readers both want a card: the cashier sees the first, the chip reader may be a moment later."""
    chips.wait_until_it_is_let_go()  # by the payment before
    with shop.asking(cents) as asked:
        asked.comes_to(pb.STAGE_PRESENT_CARD)
        chips.wait_until_it_looked()
        yield asked


def test_a_chip_is_read_and_taken_out(shop: NativeShop, chips: ChipBook):
    with asking_at_readers(shop, chips, 1000) as asked:
        chips.insert("visa")
        told = asked.end()
    assert asked.seen == [*BEGIN, pb.STAGE_CARD_IN, pb.STAGE_AUTHORISING, pb.STAGE_REMOVE_CARD]
    assert asked.said[-1] == "Retirez la carte."
    assert (told.result, told.card.entry_mode) == (pb.RESULT_APPROVED, "chip")
    assert any("AID" in line for line in told.receipts[0].lines)
    assert told.receipts[0].to_sign


def test_a_chip_that_needs_its_pin(shop: NativeShop, chips: ChipBook):
    with asking_at_readers(shop, chips, 1001) as asked:
        chips.insert("interac")
        control.enter_pin(shop.store.folder, PIN)
        told = asked.end()
    assert asked.seen == [*BEGIN, pb.STAGE_CARD_IN, pb.STAGE_AUTHORISING, pb.STAGE_REMOVE_CARD]
    assert (told.result, told.card.brand) == (pb.RESULT_APPROVED, "interac")


def test_a_chip_card_that_is_swiped_is_to_be_inserted(shop: NativeShop, chips: ChipBook):
    with asking_at_readers(shop, chips, 1002) as asked:
        with shop.store.customer("interac") as customer:
            assert customer.presented()
        asked.comes_to(pb.STAGE_USE_CHIP)
        chips.insert("visa")
        assert asked.end().result == pb.RESULT_APPROVED
    assert asked.seen[:4] == [*BEGIN, pb.STAGE_USE_CHIP, pb.STAGE_CARD_IN]


def test_a_chip_that_does_not_answer_is_swiped(shop: NativeShop, chips: ChipBook):
    with asking_at_readers(shop, chips, 1003) as asked:
        chips.insert("visa", "mute")
        asked.comes_to(pb.STAGE_SWIPE)
        while not asked.answered:  # the stripe reader is asked anew, and a swipe before that is nobody's
            control.swipe(shop.store.folder, "amex-3", wait_s=0.5)
        told = asked.end()
    assert (told.result, told.card.entry_mode) == (pb.RESULT_APPROVED, "magstripe_fallback")
    assert asked.seen == [*BEGIN, pb.STAGE_SWIPE, pb.STAGE_AUTHORISING]


def test_a_swipe_that_is_not_read_is_asked_again(shop: NativeShop):
    with shop.asking(1004) as asked:
        asked.comes_to(pb.STAGE_PRESENT_CARD)
        control.break_reader(shop.store.folder, "garbage")
        with shop.store.customer("visa") as customer:
            assert customer.presented()
        assert asked.end().cause == "unreadable"
    assert asked.seen[:3] == [*BEGIN, pb.STAGE_PRESENT_AGAIN]


def test_a_card_that_was_left_in_is_to_be_taken_out(shop: NativeShop, chips: ChipBook):
    control.insert(shop.store.folder, "visa")
    with shop.asking(1005) as asked:
        asked.comes_to(pb.STAGE_REMOVE_CARD)
        chips.remove()
        chips.insert("visa")
        assert asked.end().result == pb.RESULT_APPROVED
