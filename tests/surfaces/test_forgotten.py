"""What a till sends is gone from the engine's memory once it was judged: while a payment waits, and ever after."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from hw_sim.residue import Search, small_ints_of
from hw_sim.till import Till
from tests.stores import whole_store
from tests.surfaces.accounts import Sale
from tests.surfaces.book import Book, until
from tests.surfaces.engine import PROGRAM, engine
from tests.surfaces.memory import ENCODINGS, Memory
from tests.surfaces.to_be_forgotten import ENCRYPTED_KINDS, KINDS, NUMBER, Json, identity, new_mark

_UNTOLD = ("-c", "import sys; from pos_bridge.cli.main import main; sys.exit(main())")  # does not begin again


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """A store whose own engine is off: each test runs one."""
    with whole_store(tmp_path_factory.mktemp("store")) as store:
        store.do("engine", "kill")
        yield Book(store)


@contextmanager
def remembering(book: Book, *, told: bool = True) -> Iterator[Memory]:
    """The memory of an engine that runs meanwhile. Not `told`: its allocator overwrites nothing."""
    config = Path(book.store.facts["config"])
    with engine(config, program=PROGRAM if told else (*PROGRAM[:2], *_UNTOLD)) as running:
        memory = Memory(running.process.pid)
        book.in_session()
        memory.holds()  # from here on only what changes is searched
        yield memory
        running.terminate()
        said = running.end().said
    assert [line.startswith("pos-bridge: la mémoire rendue n'est pas effacée") for line in said] == [True] * (not told)


def left(memory: Memory, mark: str, within_s: float = 10.0) -> set[str]:
    """What stays of a request. A connection's end, and nothing else, may take its moment."""
    deadline = time.monotonic() + within_s
    while (held := memory.holds(mark, NUMBER)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return held


def test_after_a_request_of_each_kind(book: Book):
    with remembering(book) as memory:
        for ask in KINDS:
            mark = new_mark()
            ask(book.till, mark)
            assert left(memory, mark) == set(), ask.__name__


def test_while_a_payment_waits_for_its_card_and_after_it(book: Book):
    with remembering(book) as memory:
        with waiting(book) as (sale, mark):
            until(lambda: book.steps(sale) == ["intent"])
            assert left(memory, mark) == set()
            assert list(Search((NUMBER,), small_ints_of(memory.pid)).in_memory(memory.pid)) == []
        assert left(memory, mark) == set(), "aborted"
        mark = new_mark()
        with book.store.customer("mastercard"):
            assert book.till.pay("10.00", extra=identity(mark)).result == "Success"
        assert left(memory, mark) == set(), "paid"


def test_after_an_encrypted_request_and_while_one_waits(book: Book):
    """Neither what came nor what was in it; and the keys that open it are nobody's words."""
    till = book.store.till(encrypted=True)
    with remembering(book) as memory:
        for ask in ENCRYPTED_KINDS:
            mark = new_mark()
            ask(till, mark)
            assert left(memory, mark) == set(), ask.__name__
        with waiting(book, till=till) as (sale, mark):
            until(lambda: book.steps(sale) == ["intent"])
            assert left(memory, mark) == set()
        assert left(memory, mark) == set(), "aborted"


def test_what_a_customer_chose_waits_with_the_payment_and_goes_with_it(book: Book):
    with remembering(book) as memory:
        with waiting(book, chosen) as (sale, mark):
            until(lambda: book.steps(sale) == ["intent"])
            assert memory.holds(mark) == {"utf-8"}
        assert left(memory, mark) == set(), "aborted"
        for customer in (None, "mastercard"):
            mark = new_mark()
            with nullcontext() if customer is None else book.store.customer(customer):
                reply = book.till.pay("10.00", cash=customer is None, extra=chosen(mark))
            assert reply.result == "Success"
            assert "warning" not in reply.additional, "the vault has it"
            assert left(memory, mark) == set(), "paid"


def chosen(mark: str) -> Json:
    return {"SaleData": {"CustomerOrderID": mark}}


@contextmanager
def waiting(
    book: Book, extra: Callable[[str], Json] = identity, till: Till | None = None
) -> Iterator[tuple[Sale, str]]:
    """A payment that nobody holds a card for; aborted at the end."""
    sale, mark, asker = book.new(), new_mark(), till or book.till
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(asker.pay, sale.amount, service_id=sale.service_id, extra=extra(mark))
        try:
            yield sale, mark
        finally:
            asker.abort(sale.service_id)
        assert asked.result(60).error == "Aborted"


def test_without_these_measures_it_would_be_found(book: Book):
    """The same requests and the same search, in an engine whose allocator was not told."""
    with remembering(book, told=False) as memory:
        kept = {}
        for ask in KINDS:
            mark = new_mark()
            ask(book.till, mark)
            kept[ask.__name__] = left(memory, mark, within_s=0)
    assert len([name for name, ways in kept.items() if ways]) > len(KINDS) // 2, kept


def test_the_search_finds_what_is_planted():
    mark = new_mark()
    plants = [encode(mark[3:]) for encode in ENCODINGS.values()]
    program = "import sys; plants = sys.stdin.buffer.read(int(sys.argv[1])); print(flush=True); sys.stdin.read()"
    for way, plant in zip(ENCODINGS, plants, strict=True):
        with subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", program, str(len(plant))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            memory = Memory(process.pid)
            process.stdin.write(plant)
            process.stdin.flush()
            process.stdout.readline()
            assert memory.holds(mark) == {way}
            assert memory.holds(mark) == {way}, "and again"
            process.stdin.close()
