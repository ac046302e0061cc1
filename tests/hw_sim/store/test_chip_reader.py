"""A store with chip readers, as typed in a shell; the till's end is a bare PC/SC client."""

import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from hw_sim.chip.keys import authority_keys
from hw_sim.chip.profile import CHIP_CARDS
from hw_sim.readers.pin_pad import framed
from hw_sim.running import RunningStore
from tests.hw_sim.chip.client import Client, client_of
from tests.hw_sim.readers.port import Port
from tests.hw_sim.store.conftest import Opened, Run, _opened, in_line
from tests.processes import descendants

SELECT, SELECTED = "00A4040007A000000003101000", "9000"
READERS = ("--reader", "msr_plain", "--reader", "pcsc_emv", "--reader", "pcsc_emv")


@pytest.fixture(name="chips", scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with _opened(tmp_path_factory.mktemp("store"), *READERS) as store:
        yield store


@pytest.fixture(autouse=True)
def nothing_inserted(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "chips" in request.fixturenames:
        for reader in ("chip", "chip-2"):
            request.getfixturevalue("chips").sim("card", "remove", "--reader", reader)


def till(store: RunningStore, device: str = "Virtual PCD 00 00") -> AbstractContextManager[Client]:
    return client_of(store.facts["pcscd"], device)


def refused(store: RunningStore, *words: str) -> str:
    done = store.sim(*words)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.removeprefix("pos-bridge-sim: ").strip()


def test_the_till_is_told_where_its_chip_readers_are(chips: RunningStore):
    config = tomllib.loads(Path(chips.facts["config"]).read_text())
    room = config["card_room"]
    assert (room["trust"], room["emv"]) == ("trust.txt", "emv.toml")
    devices = chips.folder / "world" / "dev"
    assert config["reader"] == [
        {"name": "msr_plain", "driver": "msr_plain", "device": str(devices / "msr_plain")},
        *(
            {
                "name": name,
                "driver": "pcsc_emv",
                "device": f"Virtual PCD 00 0{slot}",
                "pcscd": chips.facts["pcscd"],
                "pin_pad": str(devices / pad),
            }
            for slot, (name, pad) in enumerate((("chip", "pin_pad"), ("chip-2", "pin_pad-2")))
        ),
    ]
    assert [reader["name"] for reader in chips.facts["chip_readers"]] == ["chip", "chip-2"]
    assert len(chips.facts["pcscd"]) <= 107


def test_the_terminal_data_have_the_keys_of_the_simulated_schemes(chips: RunningStore):
    file = chips.folder / "engine" / "emv.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    data = tomllib.loads(file.read_text())
    assert len(data["application"]) == len({card.brand for card in CHIP_CARDS.values()})
    assert {(key["rid"], key["checksum"]) for key in data["key"]} == {
        (key.rid.hex().upper(), key.checksum.hex().upper()) for key in authority_keys()
    }


def test_cards_go_in_and_out_of_both_readers(chips: RunningStore):
    chips.do("card", "insert", "visa")
    chips.do("card", "insert", "interac", "--reader", "chip-2", "--t0", "--oda", "none")
    with till(chips) as one, till(chips, "Virtual PCD 00 01") as two:
        assert (one.hello[1], two.hello[1]) == ("1", "0")
        assert one.ask(SELECT).endswith(SELECTED)
        assert refused_later(chips, "card", "insert", "amex").startswith("a card is in that reader")
        assert chips.do("card", "remove") == ""
        assert one.ask("gone") == "gone"
        gone = chips.sim("card", "remove")
        assert (gone.returncode, gone.stderr) == (3, "pos-bridge-sim: there is no card in that reader\n")
    chips.do("card", "insert", "visa", "--fault", "pull=2", "--fault", "aac")
    with till(chips) as client:
        assert [client.ask(SELECT)[-4:], client.ask(SELECT)] == [SELECTED, ""]
    chips.do("card", "insert", "visa")  # one that pulled itself need not be taken out


def test_a_recorded_card_tells_what_it_did_not_expect(chips: RunningStore, tmp_path: Path):
    recording = tmp_path / "card.txt"
    recording.write_text(f"> {SELECT}\n< 6F00{SELECTED}\n")
    chips.do("card", "replay", str(recording))
    with till(chips) as client:
        assert [client.ask(SELECT), client.ask(SELECT)] == ["6f009000", "6f00"]
    assert chips.do("card", "remove").startswith("command 2 was 00A40400")
    recording.write_text("nothing")
    assert refused(chips, "card", "replay", str(recording)).startswith("line 1")
    assert refused(chips, "card", "replay", str(tmp_path / "none")).endswith("No such file or directory")


def test_the_engine_survives_nothing_of_it_but_the_cards_stay(chips: RunningStore):
    chips.do("card", "insert", "visa")
    with till(chips) as client:
        chips.do("engine", "kill")
        chips.do("engine", "restart")
        assert client.ask(SELECT).endswith(SELECTED)


def test_pcscd_is_stopped_started_and_made_to_log(chips: RunningStore):
    chips.do("card", "insert", "visa")
    chips.do("pcscd", "stop")
    assert refused_later(chips, "card", "insert", "visa") == "pcscd is stopped; `pcscd DIR start` starts it"
    chips.do("pcscd", "start")
    for wanted, logs in (("on", True), ("off", False)):
        chips.do("pcscd", "log-apdus", wanted)
        words = [Path(f"/proc/{each.pid}/cmdline").read_bytes() for each in descendants(chips.process.pid)]
        found = [each for each in words if each.startswith(b"/usr/sbin/pcscd")]
        assert [b"--apdu" in each for each in found] == [logs]
        chips.do("card", "insert", "visa")
        with till(chips) as client:
            assert client.ask(SELECT).endswith(SELECTED)
        chips.do("card", "remove")


def refused_later(store: RunningStore, *words: str) -> str:
    done = store.sim(*words)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.strip()


def test_a_pin_is_entered_or_cancelled(chips: RunningStore):
    pads = chips.folder / "world" / "dev"
    for word, answer in (("1234", b"\x02K"), ("cancel", b"\x02C")):
        port = Port(pads / "pin_pad")
        command = [sys.executable, "-P", "-m", "hw_sim", "pin", str(chips.folder), word]
        with subprocess.Popen(command, text=True) as customer:
            in_line(customer)
            port.write(framed(b"P0000000100124"))
            assert customer.wait(30) == 0
        assert port.look().startswith(answer)
        port.close()
    late = chips.sim("pin", "1234", "--wait", "0.1", "--reader", "chip-2")
    assert (late.returncode, late.stderr) == (3, "pos-bridge-sim: the PIN pad asked for none in 0.1 s\n")
    assert refused(chips, "pin", "12") == "a PIN has 4 to 12 digits"


def test_what_makes_no_sense_is_refused_in_words(chips: RunningStore):
    for words, why in (
        (("card", "insert", "diners"), "no chip card of that name"),
        (("card", "insert", "visa", "--fault", "melted"), "no fault melted of a chip card"),
        (("card", "insert", "visa", "--reader", "msr_plain"), "no chip reader msr_plain"),
        (("card", "insert"), "insert takes a card"),
        (("card", "remove", "visa"), "remove takes no card"),
        (("card", "insert", "visa", "--now"), "--wait and --now go with swipe"),
        (("card", "swipe", "visa", "--t0"), "--t0 and --t1 go with insert"),
        (("pcscd", "log-apdus"), "start and stop stand alone"),
    ):
        assert refused(chips, *words).startswith(why)


def test_a_store_without_chip_readers_says_how_to_have_one(opened: Opened, tmp_path: Path):
    with opened(tmp_path / "store") as store:
        assert "emv" not in (store.folder / "engine" / "pos-bridge.toml").read_text()
        for words in (("card", "insert", "visa"), ("pin", "1234"), ("pcscd", "stop")):
            assert refused(store, *words) == "this store has no chip reader; start it with --reader pcsc_emv"


def test_a_store_of_chips_alone_without_a_pin_pad_in_a_folder_with_a_long_name(opened: Opened, tmp_path: Path):
    folder = tmp_path / ("long" * 20)
    with opened(folder, "--reader", "pcsc_emv", "--no-pin-pad") as store:
        socket = Path(store.facts["pcscd"])
        assert len(str(socket)) <= 107
        assert not socket.is_relative_to(folder)
        assert "pin_pad" not in (folder / "engine" / "pos-bridge.toml").read_text()
        assert refused(store, "pin", "1234").startswith("there is no PIN pad")
        assert refused(store, "card", "swipe", "visa").startswith("this store has chip readers only")
        store.do("card", "insert", "discover")
        with till(store) as client:
            assert client.hello[1] == "1"
    assert not socket.parent.exists()


def test_there_are_two_slots(run_store: Run, tmp_path: Path):
    done = run_store(tmp_path / "store", *(("--reader", "pcsc_emv") * 3))
    assert (done.returncode, done.stderr) == (
        2,
        f"pos-bridge-sim: {tmp_path}/store: a store has at most 2 chip readers\n",
    )
