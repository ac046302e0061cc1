"""A real engine on a machine that becomes unfit for cards: its own mounts show it another /sys.

It accepts swap, which the machine of the tests may have: another /proc/swaps would be taken for a container's. Nothing
in the engine can be told to look elsewhere; only whoever may mount over /sys can deceive it, which is root.
"""

import ctypes
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pos_bridge.checkup import processes
from pos_bridge.config.file import load
from tests.checkup.finds import lines
from tests.machine_tree import Machine
from tests.small_disk import own_mounts
from tests.stores import whole_store
from tests.surfaces.book import Book, until
from tests.surfaces.engine import PROGRAM, changed, engine

ACCEPTS = 'accepts = ["swap", "hibernation", "crash_dump", "usb_monitor"]\n'
SWAP_ALONE = 'accepts = ["swap", "hibernation"]\n'
MOUNT = 'mount --bind "$1" /sys; shift; exec "$@"'
NOTHING = {"swap": False, "hibernation": False, "crash_dump": False, "usb_monitor": False, "unseen": False}


STRICT = "strict"
USBMON = "sys/class/usbmon"


@pytest.fixture(name="machine", scope="module")
def one_machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"))


@pytest.fixture(name="book", scope="module")
def one_book(tmp_path_factory: pytest.TempPathFactory, machine: Machine) -> Iterator[Book]:
    """A store whose engine sees that machine, and accepts nothing of it."""
    mounts = own_mounts()
    assert mounts is not None, "this test needs mounts of its own: run it as root, or allow namespaces to users"
    unshare = shutil.which(mounts[0])
    assert unshare is not None
    program = (unshare, *mounts[1:], "sh", "-euc", MOUNT, "sh", os.fspath(machine.root / "sys"), *PROGRAM)
    with whole_store(tmp_path_factory.mktemp("store")) as store:
        book = Book(store)
        store.do("engine", "kill")
        config = Path(store.facts["config"])
        with engine(changed(config, STRICT, (ACCEPTS, SWAP_ALONE)), program=program) as running:
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
    machine.write(USBMON, "0\n")
    sale = book.new()
    refused = book.pay(sale, card=None)
    assert (refused.result, refused.error) == ("Failure", "UnavailableDevice")
    assert "not%20protected%20for%20cards" in refused.message
    assert book.steps(sale) == ["intent", "ended"]
    assert book.ledger(sale) == [], "nothing was sent"
    assert book.pay_cash().paid

    assert book.give_back(book.back(paid, 100, by_card=True)).error == "UnavailableDevice"
    assert told_of(book) == [NOTHING | {"usb_monitor": True}], "once"
    machine.write("sys/kernel/kexec_crash_loaded", "1\n")
    assert book.pay(card=None).error == "UnavailableDevice"
    (machine.root / USBMON).unlink()
    assert book.pay(card=None).error == "UnavailableDevice"
    machine.write("sys/kernel/kexec_crash_loaded", "0\n")
    assert book.pay().paid
    assert told_of(book)[1:] == [
        NOTHING | {"crash_dump": True, "usb_monitor": True},
        NOTHING | {"crash_dump": True},
        {},
    ]


def test_usbmon_that_is_loaded_while_a_customer_looks_for_their_card(book: Book, machine: Machine):
    before = len(told_of(book))
    with book.asking(card=None) as asking:
        until(lambda: book.steps(asking.sale) == ["intent"])
        machine.write(USBMON, "0\n")
        told = asking.end()
    assert told is not None
    assert told.error == "UnavailableDevice"
    (machine.root / USBMON).unlink()
    assert book.pay().paid
    assert told_of(book)[before:] == [NOTHING | {"usb_monitor": True}, {}]


def test_the_locks_of_the_running_engine_and_its_room(book: Book):
    """As doctor finds them, of real processes."""
    file = Path(book.store.facts["config"]).with_name(f"{STRICT}.toml")
    found = until(lambda: [one for one in [list(processes.look(load(file)))] if processes.NO_ROOM() not in one])[0]
    assert lines(found) == [processes.LOCKED, processes.LOCKED, processes.ROOM_IS_ENGINE]
    engine_said, room_said, _ = (finding.text("en") for finding in found)
    assert engine_said == "The engine: locks in force (no core file)."
    assert room_said.startswith("A card room: locks in force (no core file, no file written, no new privileges, ")


def test_an_engine_that_is_traced_is_told(book: Book):
    """By this test, which attaches to one thread of it without stopping it."""
    file = Path(book.store.facts["config"]).with_name(f"{STRICT}.toml")
    engine_process = next(found for found in processes._engines(Path("/"), file) if found is not None)
    with ThreadPoolExecutor(1) as thread:  # whoever traces is a thread: only it can let go
        thread.submit(ptrace, SEIZE, engine_process.pid).result()
        try:
            assert processes.TRACED in lines(processes.look(load(file)))
        finally:
            thread.submit(let_go, engine_process.pid).result()
    assert processes.TRACED not in lines(processes.look(load(file)))


SEIZE, INTERRUPT, DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000  # ptrace(2), waitpid(2)


def ptrace(request: int, pid: int) -> None:
    word = ctypes.c_ulong
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.ptrace(word(request), word(pid), word(0), word(0)) == 0, os.strerror(ctypes.get_errno())


def let_go(pid: int) -> None:
    ptrace(INTERRUPT, pid)
    os.waitpid(pid, WALL)
    ptrace(DETACH, pid)
