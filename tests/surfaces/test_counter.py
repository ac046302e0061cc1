"""A whole store's counter: a till shows, asks and prints through a real engine, and is told how the terminal is."""

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hw_sim import till_devices
from hw_sim.cards import CARDS
from hw_sim.counter.receipt_printer import CUT
from hw_sim.reply import Reply
from hw_sim.running import RunningStore, running_store
from hw_sim.store.layout import Layout
from tests.pos_api.till_listener import Listener, listening
from tests.pos_api.world import make_certificate
from tests.stores import whole_store
from tests.surfaces.book import until

NAME, NUMBER = "Tremblay-Gagnon", CARDS["visa"].number


@pytest.fixture(name="store", scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1") as store:
        yield store
        assert on_the_tills_disk(store, NAME) == []
        assert on_the_tills_disk(store, NUMBER) == []


def on_the_tills_disk(store: RunningStore, text: str) -> list[str]:
    files = (path for path in Layout(store.folder).engine.rglob("*") if path.is_file())
    return [str(path) for path in files if text.encode() in path.read_bytes()]


def while_asked(store: RunningStore, ask: Callable[[], Reply], word: str) -> tuple[Reply, str]:
    """What the till is told, and what the customer was asked."""
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask)
        asked = store.do("answer", word)
        return asking.result(60), asked


def told(reply: Reply) -> Any:
    return reply.body["InputResult"].get("Input")


def test_what_a_customer_reads(store: RunningStore):
    till = store.till()
    assert till_devices.outcome(till_devices.display(till, f"Bonjour {NAME}"[:20], "12,30 $")) == ("Success", None)
    until(lambda: store.do("counter", "display", "show").splitlines() == [f"Bonjour {NAME}"[:20], "12,30 $"])
    assert till_devices.outcome(till_devices.display(till, f"carte {NUMBER}")) == ("Failure", "NotAllowed")
    store.do("counter", "display", "unplug")
    assert till_devices.outcome(till_devices.display(till, "x")) == ("Failure", "DeviceOut")
    store.do("counter", "display", "replug")
    assert till_devices.outcome(till_devices.display(till, "x")) == ("Success", None)


def test_what_a_customer_answers(store: RunningStore):
    till = store.till()
    reply, asked = while_asked(store, lambda: till_devices.confirm(till, f"{NAME}?", "C'est vous?"), "yes")
    assert asked.splitlines() == [f"{NAME}?", "C'est vous?"]
    assert told(reply) == {"InputCommand": "GetConfirmation", "ConfirmedFlag": True}
    reply, asked = while_asked(store, lambda: till_devices.menu(till, "Sac?", ["papier", "tissu"]), "2")
    assert asked.splitlines() == ["Sac?", "1 papier", "2 tissu"]
    assert told(reply) == {"InputCommand": "GetMenuEntry", "MenuEntryNumber": [0, 1]}
    reply, _ = while_asked(store, lambda: till_devices.confirm(till, "Sac?"), "cancel")
    assert till_devices.outcome(reply) == ("Failure", "Cancel")


def test_a_question_that_the_till_takes_back(store: RunningStore):
    till = store.till()
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(till_devices.confirm, till, "Sac?", service_id="Q1")
        until(lambda: till.abort("Q1", category="Input").document is None)
        assert till_devices.outcome(asking.result(60)) == ("Failure", "Aborted")
    late = store.sim("answer", "yes", "--wait", "0")
    assert (late.returncode, late.stdout) == (3, "")


def test_the_command_says_what_is_no_answer(store: RunningStore):
    till = store.till()
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(till_devices.confirm, till, "Sac?")
        refused = store.sim("answer", "7")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "yes or no" in refused.stderr
        store.do("answer", "no")
        assert asking.result(60).status == 200


def test_what_is_printed(store: RunningStore):
    till, paper = store.till(), Path(store.facts["paper"])
    assert till_devices.outcome(till_devices.print_text(till, f"Merci {NAME}", "name=TOTAL&value=12%2C30%20%24")) == (
        "Success",
        None,
    )
    assert paper.read_text().splitlines() == [f"Merci {NAME}", "TOTAL" + "12,30 $".rjust(37), CUT]
    store.do("counter", "printer", "out")
    assert till_devices.outcome(till_devices.print_text(till, "x")) == ("Failure", "DeviceOut")
    store.do("counter", "printer", "paper")
    assert till_devices.outcome(till_devices.print_text(till, "y")) == ("Success", None)
    assert paper.read_text().splitlines()[-2:] == ["y", CUT]


def test_a_sale_with_everything_going_on(store: RunningStore):
    """Nothing on the counter keeps a payment waiting, and no card is read before it."""
    till = store.till()
    assert till_devices.swipe_ahead(till, "Payment").additional["warning"] == "card-not-read-ahead"
    early = store.sim("card", "swipe", "visa", "--wait", "0")
    assert early.returncode == 3, "no reader waits for a card"
    with ThreadPoolExecutor(3) as threads:
        asking = threads.submit(till_devices.confirm, till, "Sac?")
        printing = [threads.submit(till_devices.print_text, till, f"copie {n}") for n in range(4)]
        with store.customer("visa"):
            assert till.pay("12.30").result == "Success"
        assert [till_devices.outcome(one.result(60)) for one in printing] == [("Success", None)] * 4
        store.do("answer", "no")
        assert told(asking.result(60))["ConfirmedFlag"] is False


@pytest.fixture(name="listener")
def a_till_that_listens(store: RunningStore, tmp_path: Path) -> Iterator[Listener]:
    files = make_certificate(tmp_path)
    config = Path(store.facts["config"])
    before = config.read_text()
    with listening(files) as listener:
        config.write_text(f'{before}\n[nexo.events]\nurl = "{listener.url}"\nca = "{files.certificate}"\n')
        store.do("engine", "restart")
        yield listener
    config.write_text(before)
    store.do("engine", "restart")


def test_a_till_is_told_how_the_terminal_is(store: RunningStore, listener: Listener):
    until(lambda: listener.told == ["Initialised"])
    till = store.till()
    till.abort("nothing")
    until(lambda: listener.told == ["Initialised", "Reject"])
    store.do("reader", "unplug")
    until(lambda: listener.told[2:] == ["OutOfOrder"])
    assert listener.events[2]["EventNotification"]["MaintenanceRequiredFlag"] is True
    store.do("reader", "replug")
    until(lambda: listener.told[3:] == ["Initialised"])
    store.do("engine", "restart")
    until(lambda: listener.told[4:] == ["Shutdown", "Initialised"])
    assert {event["MessageHeader"]["POIID"] for event in listener.events} == {till.poiid}
    assert b"nothing" not in b"".join(listener.heard)


def test_a_till_that_does_not_listen_holds_nobody_up(store: RunningStore, tmp_path: Path):
    files = make_certificate(tmp_path)
    config = Path(store.facts["config"])
    before = config.read_text()
    with listening(files, b"") as listener:
        config.write_text(f'{before}\n[nexo.events]\nurl = "{listener.url}"\nca = "{files.certificate}"\n')
        store.do("engine", "restart")
        assert store.till().pay("12.30", cash=True).result == "Success"
        with store.customer("mastercard"):
            assert store.till().pay("12.30").result == "Success"
        config.write_text(before)
        store.do("engine", "restart")
    assert '"event":"TillNotTold"' in Layout(store.folder).log.read_text()


def test_a_store_without_a_counter(tmp_path: Path):
    with running_store(tmp_path / "store", "--no-counter") as store:
        till = store.till()
        assert "paper" not in store.facts
        assert till_devices.outcome(till_devices.display(till, "x")) == ("Failure", "UnavailableDevice")
        assert till_devices.outcome(till_devices.confirm(till, "x")) == ("Failure", "UnavailableDevice")
        assert till_devices.outcome(till_devices.print_text(till, "x")) == ("Failure", "UnavailableDevice")
        for words in (("answer", "yes"), ("counter", "display", "show")):
            refused: subprocess.CompletedProcess[str] = store.sim(*words)
            assert refused.returncode == 2
            assert "--no-counter" in refused.stderr
