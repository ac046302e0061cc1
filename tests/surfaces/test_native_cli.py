"""pos-bridge-sim native: what a developer types, and reads."""

import re
from collections.abc import Iterator

import pytest

from hw_sim.running import RunningStore
from tests.stores import whole_store


@pytest.fixture(name="store", scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with whole_store(tmp_path_factory.mktemp("store"), "--answer-timeout", "1", "--native") as store:
        yield store


def found(pattern: str, said: str) -> str:
    match = re.search(pattern, said, re.MULTILINE)
    assert match is not None, said
    return match[1]


@pytest.mark.parametrize("over", [(), ("--port",)], ids=["socket", "port"])
def test_a_payment_and_what_can_be_asked_about_it(store: RunningStore, over: tuple[str, ...]):
    with store.customer("visa"):
        said = store.do("native", *over, "pay", "12.34", "--confirm", "60", "--member", "CH-1")
    assert "... Insérez ou glissez la carte.\n" in said
    assert "result: RESULT_APPROVED" in said
    request, key = found(r"^request ([0-9a-f]{32})$", said), found(r'^key: "([0-9a-f-]{36})"$', said)
    assert "confirm: true" in store.do("native", *over, "status", request)
    assert "RESULT_APPROVED" in store.do("native", *over, "confirm", key)
    back = store.do("native", *over, "--receipts", "give-back", key)
    assert "RESULT_GIVEN_BACK" in back
    assert "COPIE DU CLIENT" in back
    kept = store.do("native", *over, "kept", key)
    assert "Sur vous : votre numéro Chouchous" in kept
    assert "About you: your Chouchous number" in kept
    assert store.sim("native", *over, "kept", "2f1c9c9e-4a3f-4c7e-9b1a-6f2a3b4c5d6e").returncode == 1
    assert "processor: ok, journal: ok" in store.do("native", *over, "health")


def test_cash_and_a_sale_in_parts(store: RunningStore):
    paid = store.do("native", "pay", "10.03", "--cash", "--reference", "parts", "--paid", "0", "--due", "20.00")
    assert "remaining_cents: 997" in paid
    cancelled = store.do("native", "cancel-basket", "parts")
    assert "cash_cents: 1003" in cancelled
    assert store.sim("native", "cancel-basket", "parts-of-nobody").returncode == 1
    assert "RESULT_GIVEN_BACK" in store.do("native", "refund", "5.00", "--cash")


def test_what_fails_and_what_is_refused(store: RunningStore):
    assert store.sim("native", "abort", "00" * 16).returncode == 1
    again = store.sim("native", "pay", "1.00", "--cash", "--request", "00" * 16)
    assert again.returncode == 1
    assert "RESULT_CLOSED" in again.stdout
    short = store.sim("native", "status", "00")
    assert short.returncode == 1
    assert "INVALID_ARGUMENT unfit: request_id" in short.stderr
    for words in (("pay", "x"), ("status", "no hex"), ("pay", "1.001"), ()):
        wrong = store.sim("native", *words)
        assert (wrong.returncode, len(wrong.stderr.splitlines())) == (2, 1)


def test_a_store_that_is_not_there(tmp_path):
    wrong = RunningStore.sim(RunningStore(tmp_path, None), "native", "health")  # type: ignore[arg-type] # none runs
    assert wrong.returncode == 2
    assert "no store is running" in wrong.stderr
