"""A store from its start to its end."""

import json
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hw_sim.running import PROGRAM
from tests.hw_sim.store.conftest import PROGRAM as STAND_IN
from tests.hw_sim.store.conftest import Opened, Run
from tests.hw_sim.store.looks import is_listening, port_of, temper, wait_until_gone
from tests.processes import descendants, survivors

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture(name="patient")
def no_leftovers_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TAKEN_PORT", "IMPATIENT", "NOTIFY_SOCKET"):
        monkeypatch.delenv(name, raising=False)


def test_store_json_tells_all_and_the_disks_are_apart(tmp_path: Path, opened: Opened):
    with opened(tmp_path, "--reader", "msr_plain", "--reader", "msr_plain") as store:
        facts = store.facts
        assert set(facts) == {
            *("nexo_url", "ca", "api_key", "poiid", "passphrase", "key_identifier", "key_version", "engine_pid"),
            *("journal", "vault", "log", "readers", "paper", "processor", "config"),
        }
        assert is_listening(port_of(facts["nexo_url"]))
        assert is_listening(int(facts["processor"].removeprefix("127.0.0.1:")))
        assert facts["poiid"] == "P400-123456789"
        assert facts["key_version"] == 1
        engine = tmp_path / "engine"
        assert facts["journal"] == str(engine / "state" / "journal" / "2026-11.db")  # the newest there is
        assert facts["vault"] == str(engine / "state" / "vault.db")
        assert Path(facts["log"]).parent.is_relative_to(engine)
        assert Path(facts["ca"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
        assert Path(facts["config"]).is_file()
        assert [reader["name"] for reader in facts["readers"]] == ["msr_plain", "msr_plain-2"]
        for reader in facts["readers"]:
            device = tmp_path / "world" / "dev" / reader["name"]
            assert reader["device"] == str(device)
            assert stat.S_ISCHR(device.stat().st_mode)
        assert stat.S_IMODE((tmp_path / "store.json").stat().st_mode) == 0o600
        commands = [Path(f"/proc/{process.pid}/cmdline").read_bytes() for process in descendants(store.process.pid)]
        assert len(commands) == 2
        assert Path(f"/proc/{facts['engine_pid']}/cwd").readlink() == engine
    assert {path.name for path in tmp_path.iterdir()} == {"engine", "world"}


def test_secrets_are_private(tmp_path: Path, opened: Opened):
    with opened(tmp_path):
        secret = {path for path in tmp_path.rglob("*") if path.suffix in {".key", ".passphrase"}}
        assert {path.name for path in secret} >= {"api.key", "nexo.key", "till.key", "terminal.key", "nexo.passphrase"}
        assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}


def test_the_printed_path_is_that_of_store_json(tmp_path: Path):
    with subprocess.Popen([*STAND_IN, "store", str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        path = Path(process.stdout.readline().strip())
        assert path == tmp_path / "store.json"
        assert json.loads(path.read_text())["engine_pid"]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def test_a_folder_used_before_goes_on(tmp_path: Path, opened: Opened):
    (tmp_path / "notes.txt").write_text("mine")
    kept = ("nexo_url", "api_key", "passphrase", "processor", "poiid")
    with opened(tmp_path) as store:
        before = store.facts
        keys = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.suffix in {".key", ".pem"}}
    with opened(tmp_path) as store:
        assert {name: store.facts[name] for name in kept} == {name: before[name] for name in kept}
        assert {path: path.read_bytes() for path in keys} == keys
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_stores_run_side_by_side(tmp_path: Path, opened: Opened):
    with opened(tmp_path / "one") as one, opened(tmp_path / "two") as two:
        assert one.facts["nexo_url"] != two.facts["nexo_url"]
        assert one.facts["processor"] != two.facts["processor"]
        assert is_listening(port_of(one.facts["nexo_url"]))
        assert is_listening(port_of(two.facts["nexo_url"]))


def test_a_folder_with_a_long_name_is_no_trouble(tmp_path: Path, opened: Opened):
    folder = tmp_path / ("long-" * 10) / ("name-" * 10)
    with opened(folder) as store:
        assert store.do("processor", "ledger").strip() == "[]"
        assert store.sim("card", "swipe", "visa", "--wait", "0").returncode == 3


def test_one_folder_holds_one_store(tmp_path: Path, opened: Opened, run_store: Run):
    with opened(tmp_path) as store:
        before = store.facts
        second = run_store(tmp_path)
        assert (second.returncode, second.stdout) == (2, "")
        assert second.stderr == f"pos-bridge-sim: {tmp_path}: a store is running there already\n"
        assert store.facts == before


def test_the_port_can_be_chosen(tmp_path: Path, opened: Opened, run_store: Run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run_store(tmp_path, "--port", str(port))
        assert refused.returncode == 1
        assert refused.stderr == "nexo.port: another program listens there\n"
    with opened(tmp_path, "--port", str(port)) as store:
        assert store.facts["nexo_url"] == f"https://127.0.0.1:{port}/nexo"


def test_a_lost_race_for_the_port_is_run_again(tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("TAKEN_PORT", str(port))
        with opened(tmp_path) as store:
            assert port_of(store.facts["nexo_url"]) != port


def test_an_engine_that_does_not_start_speaks_for_itself(tmp_path: Path, run_store: Run):
    temper(tmp_path, "broken")
    failed = run_store(tmp_path)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.endswith("pos-bridge.toml: till.number: a number is wanted\n")
    assert len(failed.stderr.splitlines()) == 1
    assert not (tmp_path / "store.json").exists()
    assert not (tmp_path / "world" / "processor" / "address").exists()
    assert list((tmp_path / "world" / "dev").iterdir()) == []


def test_an_engine_that_is_never_ready_is_given_up(tmp_path: Path, run_store: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("IMPATIENT", "1")
    temper(tmp_path, "mute stubborn")
    failed = run_store(tmp_path)
    assert failed.returncode == 1
    assert "not ready" in failed.stderr


def test_a_store_that_is_still_starting_can_be_ended(tmp_path: Path):
    temper(tmp_path, "mute")
    with subprocess.Popen([*STAND_IN, "store", str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        while len(processes := descendants(process.pid)) < 2:
            time.sleep(0.02)
        process.terminate()
        assert process.wait(30) == 0
        assert not survivors(processes)


def test_a_stubborn_engine_and_its_rooms_are_ended(tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("IMPATIENT", "1")
    temper(tmp_path, "stubborn room")
    with opened(tmp_path) as store:
        assert len(descendants(store.process.pid)) == 3


def test_everything_dies_with_a_store_that_is_killed(tmp_path: Path):
    temper(tmp_path, "stubborn")
    with subprocess.Popen([*STAND_IN, "store", str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        processes = descendants(process.pid)
        assert len(processes) == 2
        process.kill()
        process.wait()
    wait_until_gone(processes)
    late = subprocess.run([*PROGRAM, "card", tmp_path, "swipe", "visa"], capture_output=True, text=True, check=False)
    assert (late.returncode, late.stderr) == (2, f"pos-bridge-sim: {tmp_path}: no store is running there\n")


def test_a_store_goes_on_after_one_that_was_killed(tmp_path: Path, opened: Opened):
    test_everything_dies_with_a_store_that_is_killed(tmp_path)
    assert (tmp_path / "store.json").exists()
    (tmp_path / "engine" / "temper").unlink()
    with opened(tmp_path) as store:
        assert is_listening(port_of(store.facts["nexo_url"]))


# ---- what is asked wrongly ----


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--reader", "abacus"], "no driver abacus; there is msr_plain"),
        (["--reader", "msr_plain"] * 9, "a store has 1 to 8 readers"),
        (["--port", "0"], "argument --port: a whole number from 1 to 65535 is wanted"),
        (["--port", "x"], "argument --port: a whole number from 1 to 65535 is wanted"),
        (["--answer-timeout", "31"], "argument --answer-timeout: a whole number from 1 to 30 is wanted"),
    ],
)
def test_a_wrong_option_is_told_in_one_line(tmp_path: Path, run_store: Run, words: list[str], complaint: str):
    folder = tmp_path / "store"
    refused = run_store(folder, *words)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert complaint in refused.stderr
    assert not folder.exists()


def test_a_file_is_no_folder(tmp_path: Path, run_store: Run):
    file = tmp_path / "file"
    file.touch()
    refused = run_store(file)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert str(file) in refused.stderr


def test_the_answer_timeout_reaches_the_configuration(tmp_path: Path, opened: Opened):
    with opened(tmp_path, "--answer-timeout", "3") as store:
        assert "answer_timeout_s = 3\n" in Path(store.facts["config"]).read_text()


def test_the_configuration_names_files_that_are_there(tmp_path: Path, opened: Opened):
    with opened(tmp_path) as store:
        text = Path(store.facts["config"]).read_text()
        named = re.findall(r'= "([a-z.-]+\.(?:pem|key|txt))"', text)
        assert len(named) == 9
        assert all((tmp_path / "engine" / name).is_file() for name in named)
        assert sys.executable not in text
