"""The simulated store with the engine that a till runs: what each command does to a sale."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hw_sim.cards import CARDS
from hw_sim.reply import Reply
from hw_sim.running import PROGRAM, RunningStore
from hw_sim.till import new_service_id
from tests.hw_sim.store.conftest import in_line
from tests.processes import descendants, survivors
from tests.stores import at_rest


@pytest.fixture(autouse=True)
def as_found(store: RunningStore) -> Iterator[None]:
    yield
    store.do("reader", "replug")
    store.do("processor", "approve")


def sell(store: RunningStore, card: str, amount: str = "12.34") -> Reply:
    with store.customer(card) as customer:
        reply = store.till().pay(amount)
        assert customer.presented()
    return reply


def test_a_card_goes_from_the_swipe_to_the_ledger(store: RunningStore):
    before = len(store.ledger())
    assert sell(store, "visa", "12.34").result == "Success"
    (sale,) = store.ledger()[before:]
    assert (sale["kind"], sale["amount"], sale["card"], sale["entry_mode"]) == (
        *("sale", 1234, CARDS["visa"].number),
        "magstripe",
    )


def test_cash_needs_nobody(store: RunningStore):
    before = at_rest(store)
    assert store.till().pay("10.02", cash=True).result == "Success"
    assert store.ledger() == before


def test_a_till_logs_in_and_asks(store: RunningStore):
    till = store.till()
    assert till.login().result == "Success"
    assert "reader.msr_plain" in till.diagnosis().additional
    service_id = new_service_id()
    assert till.pay("5.00", cash=True, service_id=service_id).result == "Success"
    repeated = till.status(service_id)
    assert repeated.result == "Success"
    body = repeated.body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]
    assert body["PaymentResponse"]["Response"]["Result"] == "Success"
    assert till.logout().result == "Success"


def test_customers_queue_for_one_payment_after_the_other(store: RunningStore):
    before = len(store.ledger())
    with store.customer_in_a_shell("amex") as first:
        in_line(first)
        with store.customer_in_a_shell("discover") as second:
            assert store.till().pay("1.00").result == "Success"
            assert first.wait(30) == 0
            assert second.poll() is None
            assert store.till().pay("2.00").result == "Success"
            assert second.wait(30) == 0
    assert [sale["card"] for sale in store.ledger()[before:]] == [CARDS["amex"].number, CARDS["discover"].number]


def test_a_card_swiped_too_early_pays_for_nobody(store: RunningStore):
    before = len(store.ledger())
    store.do("card", "swipe", "visa", "--now")
    assert sell(store, "mastercard").result == "Success"
    assert [sale["card"] for sale in store.ledger()[before:]] == [CARDS["mastercard"].number]


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (["noise"], None),
        (["garbage"], "InvalidCard"),
        (["stall"], "DeviceOut"),
        (["unplug", "--at", "20"], "DeviceOut"),
        (["unplug", "--at", "0"], "DeviceOut"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_a_fault_spoils_one_sale_at_most(store: RunningStore, fault: list[str], outcome: str | None):
    before = len(store.ledger())
    store.do("reader", *fault)
    assert sell(store, "visa").error == outcome
    assert len(store.ledger()) - before == (outcome is None)
    if fault[0] == "unplug":
        assert store.till().pay("1.00").error == "DeviceOut"
        store.do("reader", "replug")
    assert sell(store, "amex").result == "Success"


@pytest.mark.parametrize(
    ("mode", "outcome"), [(["decline"], "Refusal"), (["down"], "UnreachableHost"), (["approve"], None)]
)
def test_the_processor_obeys(store: RunningStore, mode: list[str], outcome: str | None):
    store.do("processor", *mode)
    with store.customer("visa"):
        assert store.till().pay("3.00").error == outcome


def test_an_aborted_payment_takes_no_card(store: RunningStore):
    before = at_rest(store)
    till, service_id = store.till(), new_service_id()
    with ThreadPoolExecutor(1) as counter:
        payment = counter.submit(till.pay, "4.00", service_id=service_id)
        while till.status().error != "InProgress":  # the last one; asking for this one too early would close its key
            time.sleep(0.01)
        assert till.abort(service_id).document is None
        assert payment.result(60).error == "Aborted"
    assert store.sim("card", "swipe", "visa", "--wait", "0.2").returncode == 3
    assert store.ledger() == before


def test_a_killed_engine_wants_no_card_and_a_restarted_one_sells(store: RunningStore):
    first = store.facts
    store.do("engine", "kill")
    assert store.sim("card", "swipe", "visa", "--wait", "0.2").returncode == 3
    store.do("engine", "restart")
    second = store.facts
    assert second["engine_pid"] != first["engine_pid"]
    assert second["nexo_url"] == first["nexo_url"]
    assert Path(second["journal"]).is_file()
    assert Path(second["log"]).is_file()
    assert sell(store, "visa").result == "Success"


def test_a_refused_configuration_is_told_in_the_engines_words(store: RunningStore):
    config = Path(store.facts["config"])
    good = config.read_text()
    config.write_text(good.replace("[log]", "[logg]"))
    refused = store.sim("engine", "restart")
    assert refused.returncode == 1
    assert refused.stderr.startswith("pos-bridge: ")
    assert "logg" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    config.write_text(good)
    store.do("engine", "restart")
    assert store.till().pay("1.00", cash=True).result == "Success"


def test_a_taken_port_is_refused_by_the_engine(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*PROGRAM, "store", str(tmp_path), "--port", port]
        refused = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert refused.returncode == 1
    assert port in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "store.json").exists()


def test_engine_and_rooms_die_with_a_store_that_is_killed(tmp_path: Path):
    with subprocess.Popen([*PROGRAM, "store", str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        processes = descendants(process.pid)
        assert len(processes) >= 3  # processor, engine, a card room that waits
        process.send_signal(signal.SIGKILL)
        process.wait()
    while survivors(processes):
        time.sleep(0.02)
