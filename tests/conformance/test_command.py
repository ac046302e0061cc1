"""`pos-bridge conformance` as somebody types it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hw_sim.cards import CARDS
from hw_sim.processor import control
from hw_sim.world import SERVER_NAME
from pos_bridge.cli.main import main
from pos_bridge.conformance.table import DUTIES
from tests.conformance.place import NOT_OURS, PARTIAL_CENTS, Place, track_2
from tests.conformance.test_files import swipe_file, written


def identity(place: Place) -> list[str]:
    till = place.till
    named = {
        "--address": place.processor.store.address,
        "--server-name": SERVER_NAME,
        "--ca": till / "processor-ca.pem",
        "--certificate": till / "till.pem",
        "--key": till / "till.key",
        "--signing-key": till / "terminal.key",
    }
    return [str(word) for pair in named.items() for word in pair]


def everything(place: Place, folder: Path) -> list[str]:
    more = {
        "--root": place.till / "trust.txt",
        "--second-certificate": place.second / "till.pem",
        "--second-key": place.second / "till.key",
        "--card": written(folder / "card", track_2(CARDS["amex"].number)),
        "--debit-card": written(folder / "debit", track_2(CARDS["interac"].number, "220")),
        "--declined-card": written(folder / "declined", track_2(NOT_OURS)),
        "--swipe": written(folder / "swipe", swipe_file(place.reader.seal().reader)),
        "--partial-amount": PARTIAL_CENTS,
        "--amount": 2500,
    }
    return identity(place) + [str(word) for pair in more.items() for word in pair]


def conformance(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pos_bridge", "conformance", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_processor_that_keeps_all_is_told_so_in_a_table(place: Place, tmp_path: Path):
    done = conformance(*everything(place, tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"{len(DUTIES)} kept, 0 broken, 0 not tried.\n")
    for duty in DUTIES:
        assert f"kept       {duty.name}" in done.stdout
    for card in ("amex", "interac"):
        assert CARDS[card].number not in done.stdout


def test_what_is_broken_is_told_with_why_and_what_to_do(place: Place, tmp_path: Path, capsys):
    control.break_duty(place.processor.store.folder, "no-tombstones")
    assert main(["conformance", *everything(place, tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "BROKEN     tombstone-then-authorise" in told
    assert "seen  Authorise with a tombstoned key: approved, where KEY_ENDED is due" in told
    assert "why   Without it a request that comes after its reversal charges a customer" in told
    assert "do    Mark the key as ended" in told
    assert told.endswith("3 broken, 0 not tried.\n")


def test_json_has_the_same(place: Place, capsys):
    control.break_duty(place.processor.store.folder, "no-epoch")
    assert main(["conformance", *identity(place), "--json"]) == 1
    told = {each["duty"]: each for each in json.loads(capsys.readouterr().out)}
    assert list(told) == [duty.name for duty in DUTIES]
    assert told["epoch"]["verdict"] == "broken"
    assert told["epoch"]["seen"] == "LookUp of a sale told no ledger epoch"
    assert told["epoch"]["advice"]
    assert told["session"] == told["session"] | {"verdict": "kept", "seen": "", "advice": ""}


def test_not_all_tried_is_not_all_kept(place: Place, capsys):
    assert main(["conformance", *identity(place)]) == 3
    assert "0 broken, 12 not tried." in capsys.readouterr().out


@pytest.mark.parametrize("left_out", range(6))
def test_each_of_the_six_is_needed(place: Place, capsys, left_out):
    words = identity(place)
    (option, _) = words[2 * left_out : 2 * left_out + 2]
    del words[2 * left_out : 2 * left_out + 2]
    assert main(["conformance", *words]) == 2
    assert capsys.readouterr().err == f"pos-bridge: {option} is missing (or --config)\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--address", "processor"], "--address is HOST:PORT"),
        (["--second-key", "x"], "--second-certificate and --second-key go together"),
        (["--card", "no-such-file"], "no-such-file: cannot be read (No such file or directory)"),
    ],
)
def test_wrong_words(place: Place, capsys, words, says):
    assert main(["conformance", *identity(place), *words]) == 2
    assert capsys.readouterr().err == f"pos-bridge: {says}\n"


def test_amounts_that_no_sale_can_be_of(place: Place, capsys):
    for amount in ("0", "99", "99999999", "ten"):
        with pytest.raises(SystemExit) as ended:
            main(["conformance", *identity(place), "--amount", amount])
        assert ended.value.code == 2
    assert "--amount" in capsys.readouterr().err


# ---- from a till's configuration ----


def configured(place: Place, folder: Path) -> Path:
    """A till's configuration, its files in the processor's world, its state in `folder`."""
    till = place.till
    (till / "api.key").write_text("0123456789abcdef\n")
    (till / "api.key").chmod(0o600)
    file = folder / "pos-bridge.toml"
    file.write_text(f"""
[till]
poiid = "P400-123456789"
number = 1
state_dir = "{folder / "state"}"
signing_key = "{till / "terminal.key"}"
[nexo]
certificate = "{till / "nexo.pem"}"
key = "{till / "nexo.key"}"
api_key_file = "{till / "api.key"}"
[processor]
address = "{place.processor.store.address}"
server_name = "{SERVER_NAME}"
ca = "{till / "processor-ca.pem"}"
certificate = "{till / "till.pem"}"
key = "{till / "till.key"}"
merchant_id = "CLEMENT-001"
[card_room]
trust = "{till / "trust.txt"}"
[[reader]]
name = "front"
driver = "msr_plain"
device = "/dev/null"
""")
    return file


def test_a_tills_configuration_says_who_we_are(place: Place, tmp_path: Path, capsys):
    assert main(["conformance", "--config", str(configured(place, tmp_path))]) == 3
    told = capsys.readouterr().out
    assert "0 broken, 11 not tried." in told
    assert "kept       keys-signed" in told


def test_a_till_that_has_a_journal_is_left_alone(place: Place, tmp_path: Path, capsys):
    file = configured(place, tmp_path)
    (tmp_path / "state" / "journal").mkdir(parents=True)
    (tmp_path / "state" / "journal" / "2026-01.db").touch()
    before = place.processor.ledger()
    assert main(["conformance", "--config", str(file)]) == 2
    assert "use a till identity of its own" in capsys.readouterr().err
    assert place.processor.ledger() == before


def test_a_configuration_that_is_none(tmp_path: Path, capsys):
    assert main(["conformance", "--config", str(tmp_path / "none.toml")]) == 2
    assert "cannot be read" in capsys.readouterr().err


# ---- the simulated processor's word ----


def test_pos_bridge_sim_names_what_can_be_broken(place: Place):
    with pytest.raises(control.ControlError, match="there are no-tombstones, not-idempotent"):
        control.break_duty(place.processor.store.folder, "list")
