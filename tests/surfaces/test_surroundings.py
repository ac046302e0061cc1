"""A real engine on a machine that becomes unfit for cards: its own mounts show it another /proc/swaps and /sys.

Nothing in the engine can be told to look elsewhere; only whoever may mount over /proc can deceive it, which is root.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine_tree import Machine
from tests.small_disk import own_mounts
from tests.stores import whole_store
from tests.surfaces.book import Book, until
from tests.surfaces.engine import PROGRAM, changed, engine

ACCEPTS = 'accepts = ["swap", "hibernation", "crash_dump", "usb_monitor"]\n'
MOUNT = 'mount --bind "$1" /proc/swaps; mount --bind "$2" /sys; shift 2; exec "$@"'
NOTHING = {"swap": False, "hibernation": False, "crash_dump": False, "usb_monitor": False, "unseen": False}


@pytest.fixture(name="machine", scope="module")
def one_machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"))


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory, machine: Machine) -> Iterator[Book]:
    """A store whose engine accepts nothing and sees that machine."""
    mounts = own_mounts()
    assert mounts is not None, "this test needs mounts of its own: run it as root, or allow namespaces to users"
    swaps, system = (os.fspath(machine.root / place) for place in ("proc/swaps", "sys"))
    unshare = shutil.which(mounts[0])
    assert unshare is not None
    program = (unshare, *mounts[1:], "sh", "-euc", MOUNT, "sh", swaps, system, *PROGRAM)
    with whole_store(tmp_path_factory.mktemp("store")) as store:
        book = Book(store)
        store.do("engine", "kill")
        config = Path(store.facts["config"])
        with engine(changed(config, "strict", (ACCEPTS, "")), program=program) as running:
            book.in_session()
            yield book
            running.terminate()
            assert running.end().code == 0
        store.do("engine", "restart")
        book.balance()


def told_of(book: Book) -> list[dict[str, object]]:
    """What the log says of the machine, without its times."""
    log = Path(book.store.facts["config"]).parent / "log" / "pos-bridge.log"
    lines = map(json.loads, log.read_text().splitlines())
    return [
        {name: value for name, value in line.items() if name not in {"timestamp", "severity", "event"}}
        for line in lines
        if line["event"].startswith("Surroundings")
    ]


def test_cards_are_refused_while_it_is_unfit_and_cash_is_not(book: Book, machine: Machine):
    assert book.pay().paid
    paid = book.sales[-1]
    machine.swap("/dev/sda2")
    sale = book.new()
    refused = book.pay(sale, card=None)
    assert (refused.result, refused.error) == ("Failure", "UnavailableDevice")
    assert "not%20protected%20for%20cards" in refused.message
    assert book.steps(sale) == ["intent", "ended"]
    assert book.ledger(sale) == [], "nothing was sent"
    assert book.pay_cash().paid

    assert book.give_back(book.back(paid, 100, by_card=True)).error == "UnavailableDevice"
    assert told_of(book) == [NOTHING | {"swap": True}], "once"
    machine.write("sys/kernel/kexec_crash_loaded", "1\n")
    assert book.pay(card=None).error == "UnavailableDevice"
    machine.swap()
    assert book.pay(card=None).error == "UnavailableDevice"
    machine.write("sys/kernel/kexec_crash_loaded", "0\n")
    assert book.pay().paid
    assert told_of(book)[1:] == [NOTHING | {"swap": True, "crash_dump": True}, NOTHING | {"crash_dump": True}, {}]


def test_swap_that_is_added_while_a_customer_looks_for_their_card(book: Book, machine: Machine):
    before = len(told_of(book))
    with book.asking(card=None) as asking:
        until(lambda: book.steps(asking.sale) == ["intent"])
        machine.swap("/dev/sda2")
        told = asking.end()
    assert told is not None
    assert told.error == "UnavailableDevice"
    machine.swap()
    assert book.pay().paid
    assert told_of(book)[before:] == [NOTHING | {"swap": True}, {}]
