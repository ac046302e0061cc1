"""A store for all tests of a module: with a vault, with a book that is balanced after each of them, or with chips."""

from collections.abc import Iterator

import pytest

from hw_sim.running import PROGRAM
from tests.stores import whole_store
from tests.surfaces.book import Book
from tests.surfaces.chip_book import READERS, ChipBook
from tests.surfaces.shop import Shop, leaks


@pytest.fixture(name="shop", scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """One store for the module, which may name its program, STORE. At its end nothing that was chosen can be read."""
    program = getattr(request.module, "STORE", PROGRAM)
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1", program=program) as store:
        yield Shop(store)
        assert leaks(store.folder) == []
    assert leaks(store.folder) == []


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """One store for the module, whose engine waits one second for an answer."""
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        yield Book(store)


@pytest.fixture
def the_next_sale_works(book: Book) -> Iterator[None]:
    """And all accounts agree, after the test."""
    book.mode("up")
    book.in_session()
    yield
    book.mode("up")
    assert book.pay_cash().paid
    assert book.pay().paid
    book.balance()


@pytest.fixture(name="chips", scope="module")
def one_book_of_chips(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChipBook]:
    """One store for the module, with a stripe reader and a chip reader, whose engine waits one second for an answer."""
    with whole_store(tmp_path_factory.mktemp("store"), *READERS, "--answer-timeout", "1") as store:
        yield ChipBook(store)


@pytest.fixture
def all_chips_agree(chips: ChipBook) -> Iterator[None]:
    """All accounts of it, after the test."""
    chips.mode("up")
    chips.in_session()
    yield
    chips.remove()
    chips.mode("up")
    chips.balance()
