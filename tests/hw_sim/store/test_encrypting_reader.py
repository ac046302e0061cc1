"""A store whose reader encrypts, with the engine that a till runs: from the swipe to what the processor opens."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hw_sim.cards import CARDS, NON_BANK_CARDS
from hw_sim.readers.stripe import HOLDER
from hw_sim.reply import Reply
from hw_sim.running import RunningStore, running_store
from tests.stores import at_rest


def sell(store: RunningStore, card: str) -> Reply:
    with store.customer(card, reader="idtech_msr") as customer:
        reply = store.till().pay("12.34")
        assert customer.presented()
    return reply


def state_of(folder: Path) -> dict[str, object]:
    held: dict[str, object] = json.loads((folder / "world" / "readers" / "idtech_msr.json").read_text())
    return held


def counter_of(folder: Path) -> int:
    return int(str(state_of(folder)["next_ksn"]), 16) & 0x1FFFFF


@pytest.fixture(name="encrypting", scope="module")
def a_store_that_encrypts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with running_store(tmp_path_factory.mktemp("store"), "--reader", "idtech_msr") as store:
        yield store


@pytest.mark.parametrize("name", ["visa", "amex", "mastercard-2", "diners"])
def test_a_card_goes_from_the_reader_to_the_ledger(encrypting: RunningStore, name: str):
    before = len(encrypting.ledger())
    assert sell(encrypting, name).result == "Success"
    (sale,) = encrypting.ledger()[before:]
    assert (sale["amount"], sale["card"], sale["entry_mode"]) == (1234, CARDS[name].number, "magstripe")


@pytest.mark.parametrize("name", [*NON_BANK_CARDS, "interac"])
def test_a_card_that_this_reader_cannot_take_is_charged_nothing(encrypting: RunningStore, name: str):
    before = at_rest(encrypting)
    reply = sell(encrypting, name)
    assert (reply.result, reply.error) == ("Failure", "InvalidCard")
    assert encrypting.ledger() == before


@pytest.mark.parametrize("fault", ["noise", "stall", "garbage", "unplug --at 40"])
def test_after_any_fault_the_next_sale_works(encrypting: RunningStore, fault: str):
    before = len(encrypting.ledger())
    encrypting.do("reader", *fault.split(), "--reader", "idtech_msr")
    assert sell(encrypting, "visa").result == ("Success" if fault == "noise" else "Failure")
    encrypting.do("reader", "replug", "--reader", "idtech_msr")
    assert sell(encrypting, "discover").result == "Success"
    assert len(encrypting.ledger()) - before == (2 if fault == "noise" else 1)


def test_three_sales_in_a_row_change_one_setting_of_a_new_reader(tmp_path: Path):
    """No hashes. That it reads is not touched: the settings wear."""
    with running_store(tmp_path, "--reader", "idtech_msr") as store:
        for sales in (1, 2, 3):
            assert sell(store, "visa").result == "Success"
            assert state_of(tmp_path)["settings"] == {"5c": "30"}
            assert counter_of(tmp_path) == sales + 1


def test_a_swipe_made_too_early_pays_for_nobody(encrypting: RunningStore):
    before = len(encrypting.ledger())
    encrypting.do("card", "swipe", "amex", "--now")
    assert sell(encrypting, "mastercard").result == "Success"
    assert [sale["card"] for sale in encrypting.ledger()[before:]] == [CARDS["mastercard"].number]


def test_a_store_started_again_goes_on_with_the_next_key_in_the_other_format(tmp_path: Path):
    with running_store(tmp_path, "--reader", "idtech_msr") as store:
        assert sell(store, "visa").result == "Success"
    assert counter_of(tmp_path) == 2
    held = state_of(tmp_path)
    settings = held["settings"]
    assert isinstance(settings, dict)
    settings["85"] = "31"
    (tmp_path / "world" / "readers" / "idtech_msr.json").write_text(json.dumps(held))
    with running_store(tmp_path, "--reader", "idtech_msr") as store:
        assert sell(store, "amex").result == "Success"
        assert [sale["card"] for sale in store.ledger()] == [CARDS["visa"].number, CARDS["amex"].number]
    assert counter_of(tmp_path) == 3
    base = (tmp_path / "world" / "processor" / "base.key").read_bytes()
    for file in (tmp_path / "engine").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        for secret in (str(held["initial_key"]).encode(), base, base.hex().encode(), HOLDER.encode()):
            assert secret not in content, file
