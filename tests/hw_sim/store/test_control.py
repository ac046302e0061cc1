"""The commands against a running store, as typed in a shell."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw_sim.cards import CARDS, IN_THE_WALLET, NON_BANK_CARDS
from hw_sim.cli.processor import LEDGER, MODES
from hw_sim.processor.modes import Word
from hw_sim.readers.stripe import frame
from hw_sim.running import PROGRAM, RunningStore
from hw_sim.store.control import Customer, StoreError
from hw_sim.unix_path import short_address
from tests.hw_sim.readers.idtech import Till, parse
from tests.hw_sim.readers.port import Port, settle, until
from tests.hw_sim.store.conftest import Opened, in_line


@pytest.fixture(name="port")
def engine_end(stand_in: RunningStore) -> Iterator[Port]:
    stand_in.do("reader", "replug")
    port = Port(Path(stand_in.facts["readers"][0]["device"]))
    yield port
    port.close()


def heard(port: Port) -> bytes:
    return asyncio.run(port.read_swipe())


def pause() -> None:
    asyncio.run(settle())


def test_a_customer_waits_for_the_lamp(stand_in: RunningStore, port: Port):
    with stand_in.customer_in_a_shell("visa") as customer:
        in_line(customer)
        assert customer.poll() is None
        port.lamp_on()
        assert heard(port) == frame(CARDS["visa"])
        assert customer.wait(30) == 0


def test_a_customer_of_this_program_does_the_same(stand_in: RunningStore, port: Port):
    with stand_in.customer("visa") as customer:
        pause()
        assert not customer.presented(0)
        port.lamp_on()
        assert heard(port) == frame(CARDS["visa"])
        assert customer.presented()
        assert customer.presented(0), "asked again"


def test_a_customer_of_this_program_takes_the_card_along(stand_in: RunningStore, port: Port):
    with stand_in.customer("visa"):
        pause()
    with stand_in.customer("amex"):
        port.lamp_on()
        assert heard(port) == frame(CARDS["amex"])


def test_a_customer_whom_the_store_refuses_is_told(stand_in: RunningStore, tmp_path: Path):
    with stand_in.customer("nobody's") as customer, pytest.raises(StoreError, match="no test card"):
        customer.presented()
    with pytest.raises(StoreError, match="no store is running there"):
        Customer(tmp_path, "visa")
    with pytest.raises(StoreError, match="no such folder"):
        Customer(tmp_path / "absent", "visa")


@pytest.mark.parametrize("words", [("reader", "noise", "--reader", "absent"), ("processor", "decline", "5")])
def test_what_had_to_succeed_and_did_not(stand_in: RunningStore, words: tuple[str, ...]):
    """Whether it is called in this process or is a program."""
    with pytest.raises(subprocess.CalledProcessError) as failed:
        stand_in.do(*words)
    assert failed.value.returncode == stand_in.sim(*words).returncode == 2


def test_a_customer_goes_when_nobody_wants_the_card(stand_in: RunningStore, port: Port):
    gone = stand_in.sim("card", "swipe", "visa", "--wait", "0.1")
    assert (gone.returncode, gone.stdout) == (3, "")
    assert gone.stderr == "pos-bridge-sim: nobody wanted a card in 0.1 s\n"
    port.lamp_on()
    pause()
    assert port.look() == b""


@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_a_command_that_is_ended_takes_its_card_along(stand_in: RunningStore, port: Port, how: str):
    with stand_in.customer_in_a_shell("visa") as leaves:
        in_line(leaves)
        getattr(leaves, how)()
        leaves.wait(30)
    port.lamp_on()
    pause()
    assert port.look() == b""
    assert stand_in.sim("card", "swipe", "amex", "--wait", "30").returncode == 0
    assert heard(port) == frame(CARDS["amex"])


def test_now_does_not_wait(stand_in: RunningStore, port: Port):
    stand_in.do("card", "swipe", "discover", "--now")
    assert heard(port) == frame(CARDS["discover"])


def test_now_on_an_unplugged_reader_reaches_nobody(stand_in: RunningStore, port: Port):
    stand_in.do("reader", "unplug")
    assert os.read(port.fd, 10) == b""
    late = stand_in.sim("card", "swipe", "visa", "--now")
    assert (late.returncode, late.stderr) == (3, "pos-bridge-sim: the reader is unplugged\n")
    stand_in.do("reader", "replug")


def test_each_reader_has_its_own_customers(stand_in: RunningStore, port: Port):
    second = Port(Path(stand_in.facts["readers"][1]["device"]))
    stand_in.do("card", "swipe", "visa", "--now", "--reader", "msr_plain-2")
    assert heard(second) == frame(CARDS["visa"])
    assert port.look() == b""
    second.close()


def test_a_reader_that_encrypts_stands_beside_the_others(stand_in: RunningStore, port: Port):
    encrypting = Port(Path(stand_in.facts["readers"][2]["device"]))
    till = Till(encrypting)
    stand_in.do("card", "swipe", "visa", "--now", "--reader", "idtech_msr")
    swiped = parse(asyncio.run(till.read_frame()))
    assert swiped.shown[2].startswith(b";4921")
    stand_in.do("card", "swipe", "badge", "--now", "--reader", "idtech_msr")
    assert parse(asyncio.run(till.read_frame())).shown == {2: frame(NON_BANK_CARDS["badge"])[:-1]}
    stand_in.do("reader", "stall", "--reader", "idtech_msr")
    stand_in.do("card", "swipe", "visa", "--now", "--reader", "idtech_msr")
    pause()
    half = encrypting.look()
    assert len(half) == (int.from_bytes(half[1:3], "little") + 6) // 2
    assert port.look() == b""
    encrypting.close()
    stand_in.do("card", "swipe", "loyalty", "--now")
    assert heard(port) == frame(NON_BANK_CARDS["loyalty"])


def test_faults_come_from_the_command_line(stand_in: RunningStore, port: Port):
    stand_in.do("reader", "noise")
    asyncio.run(until(lambda: len(port.look()) >= 16))
    stand_in.do("reader", "stall", "--reader", "msr_plain")
    port.look()
    port.seen.clear()
    swipe = frame(CARDS["visa"])
    stand_in.do("card", "swipe", "visa", "--now")
    asyncio.run(until(lambda: port.look() == swipe[: len(swipe) // 2]))
    port.seen.clear()
    stand_in.do("reader", "unplug", "--at", "7")
    stand_in.do("card", "swipe", "visa", "--now")
    assert not Path(stand_in.facts["readers"][0]["device"]).exists()
    stand_in.do("reader", "replug")
    stand_in.do("reader", "garbage")
    stand_in.do("reader", "replug")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["card", "swipe", "abacus"], "no test card of that name; there is visa,"),
        (["card", "swipe", "visa", "--reader", "abacus"], "no reader abacus in this store; there is msr_plain, msr_pl"),
        (["card", "swipe", "visa", "--wait", "31"], "0 to 30 seconds are wanted"),
        (["card", "swipe", "visa", "--wait", "-1"], "0 to 30 seconds are wanted"),
        (["card", "swipe", "visa", "--wait", "nan"], "0 to 30 seconds are wanted"),
        (["card", "tap", "visa"], "invalid choice"),
        (["reader", "kick"], "invalid choice"),
        (["reader", "stall", "--reader", "abacus"], "no reader abacus"),
        (["reader", "stall", "--at", "3"], "--at goes with unplug only"),
        (["reader", "unplug", "--at", "-3"], "a whole number from 0 to 1000"),
        (["engine", "tickle"], "invalid choice"),
        (["processor", "sulk"], "invalid choice"),
        (["processor", "partial"], "partial takes a VALUE"),
        (["processor", "partial", "10.5"], "the VALUE of partial is a number of cents"),
        (["processor", "partial", "0"], "partial takes 1 to"),
        (["processor", "delay", "soon"], "the VALUE of delay is a number of seconds"),
        (["processor", "delay", "nan"], "delay takes 0 to"),
        (["processor", "down", "3"], "down takes no VALUE"),
        (["processor", "ledger", "3"], "ledger takes no VALUE"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(stand_in: RunningStore, words: list[str], complaint: str):
    refused = stand_in.sim(*words)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1
    assert complaint in refused.stderr


def test_a_number_that_was_typed_is_not_repeated(stand_in: RunningStore):
    refused = stand_in.sim("card", "swipe", "1234567812345678")
    assert refused.returncode == 2
    assert "1234" not in refused.stderr


@pytest.mark.parametrize(
    "words", [["card", "swipe", "visa"], ["reader", "stall"], ["engine", "kill"], ["processor", "ledger"]]
)
@pytest.mark.parametrize("name", [".", "absent"])
def test_no_store_no_command(tmp_path: Path, words: list[str], name: str):
    folder = tmp_path / name
    command = [*PROGRAM, words[0], str(folder), *words[1:]]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert refused.stderr.startswith(f"pos-bridge-sim: {folder}: ")
    assert ("no such folder" if name == "absent" else "running") in refused.stderr


def test_a_customer_whose_store_ends_is_told(tmp_path: Path, opened: Opened):
    with opened(tmp_path) as store:
        command = [*PROGRAM, "card", str(tmp_path), "swipe", "visa"]
        customer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        in_line(customer)
        store.process.terminate()
        _, complaint = customer.communicate(timeout=30)
        assert (customer.returncode, complaint) == (
            2,
            f"pos-bridge-sim: {tmp_path}: the store ended before it answered\n",
        )


# ---- the processor's words ----


def test_the_processor_is_controlled_with_the_engine_dead(tmp_path: Path, opened: Opened):
    with opened(tmp_path) as store:
        store.do("engine", "kill")
        said = "down; partial 500; delay 0.5; lie-key; settle; expire; clock-skew -600; retention-days 30; up"
        for words in said.split("; "):
            store.do("processor", *words.split())
            assert json.loads(store.do("processor", "ledger")) == []
            assert store.ledger() == []


def test_the_command_knows_every_mode():
    assert set(MODES) == {word.value for word in Word}
    assert LEDGER not in MODES


# ---- the command line itself ----


def test_cards_are_listed_with_their_numbers():
    listed = subprocess.run([*PROGRAM, "cards"], capture_output=True, text=True, check=True).stdout.splitlines()
    rows = {line.split()[0]: line.split()[1:] for line in listed[1:]}
    assert set(rows) == set(IN_THE_WALLET)
    assert rows["visa"] == [CARDS["visa"].number, "visa", "swipe,", "insert"]
    assert rows["diners"] == [CARDS["diners"].number, "other", "swipe"], "no chip on it"
    assert "asks for its chip" in " ".join(rows["interac"])
    assert "not for payment" in " ".join(rows["badge"])


@pytest.mark.parametrize("command", [[], ["store"], ["cards"], ["card"], ["processor"], ["reader"], ["engine"]])
def test_help_says_what_a_command_does(command: list[str]):
    shown = subprocess.run([*PROGRAM, *command, "--help"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("usage: pos-bridge-sim")
    assert len(shown.stdout) > 200


def test_a_command_starts_without_the_heavy_parts():
    program = "import sys, hw_sim.cli.main as m; m.parser(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True).stdout
    assert not {"grpc", "google.protobuf", "cryptography", "asyncio", "ssl", "sqlite3"} & set(loaded.split())


# ---- the socket ----


def say(store: RunningStore, line: bytes) -> bytes:
    with short_address(store.folder / "world", "store.sock") as address, socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        connection.sendall(line)
        return b"".join(iter(lambda: connection.recv(4096), b""))


words = st.sampled_from(["do", "swipe", "reader", "card", "visa", "wait", "at", "fault", "engine", "action", "x"])
requests = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests)
def test_any_request_is_answered(stand_in: RunningStore, request: object):
    answer = json.loads(say(stand_in, json.dumps(request).encode() + b"\n"))
    assert set(answer) <= {"refused", "ok", "presented"}


@pytest.mark.parametrize("line", [b"\n", b"{\n", b"\xff\n", b"[" * 4000 + b"\n", b'{"do": "engine", "action": "x"}\n'])
def test_what_is_no_request_is_refused(stand_in: RunningStore, line: bytes):
    assert json.loads(say(stand_in, line)) == {"refused": "not a request of the control socket"}


def test_an_endless_line_is_cut_off(stand_in: RunningStore):
    assert say(stand_in, b"x" * 5000 + b"\n") == b""
    assert stand_in.sim("card", "swipe", "visa", "--wait", "0").returncode == 3
