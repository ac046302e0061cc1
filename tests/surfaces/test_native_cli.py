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
    assert "À votre sujet : votre numéro Chouchous" in kept
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


def test_people_and_their_rights(store: RunningStore):
    told = store.do(
        "native", "enrol", "CH-77", "--purpose", "offers", "--last-name", "Roy", "--email", "roy@example.com"
    )
    assert "in_force: PURPOSE_OFFERS" in told
    assert 'email: "roy@example.com"' in store.do("native", "look-up", "--member", "CH-77", "--purpose", "offers")
    assert "PURPOSE_OFFERS" not in store.do("native", "withdraw", "--member", "CH-77", "--purpose", "offers")
    assert store.sim("native", "look-up", "--member", "CH-77", "--purpose", "offers").returncode == 1
    assert "PERSON_RESULT_DONE" in store.do("native", "deliver", "WEB-77", "--street", "12, rue Roy")
    store.do("native", "receive", "--member", "CH-77", "access")
    assert 'chouchous: "CH-77"' in store.do("native", "due")
    assert '"last_name": "Roy"' in store.do("native", "access", "--member", "CH-77")
    assert "PERSON_RESULT_DONE" in store.do("native", "erase", "--member", "CH-77")
    gone = store.sim("native", "access", "--member", "CH-77")
    assert gone.returncode == 1
    assert "unknown" in gone.stdout
