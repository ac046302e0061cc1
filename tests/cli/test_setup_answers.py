"""Any answers: refused by name, or a configuration that is read back as it was answered."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.cli import setup_answers
from pos_bridge.cli.setup_answers import UnansweredError
from pos_bridge.config.file import read
from pos_bridge.config.settings import ConfigError

GOOD: dict[str, object] = {
    "poiid": "P400-123456789",
    "number": 7,
    "processor": "127.0.0.1:50051",
    "server_name": "processor.pos-bridge.test",
    "merchant_id": "CLEMENT-001",
    "root": "ab" * 32,
    "device": "/dev/ttyS0",
}
TEXTS = (
    "poiid",
    "language",
    "server_name",
    "merchant_id",
    "enrolment",
    "enrolment_ca",
    "driver",
    "device",
    "reader",
    "programme",
    "state_dir",
)
ANYTHING = st.one_of(
    st.text(max_size=70),
    st.text(alphabet="\"\\'\n\t\x7f#=[]{}é$ aA1-./:", max_size=20),
    st.integers(-(2**70), 2**70),
    st.booleans(),
    st.floats(allow_nan=False),
)


def answered(told: dict[str, object]) -> setup_answers.Answers:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers"
        file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in told.items()), "utf-8")
        return setup_answers.from_file(file)


@given(st.sampled_from([*GOOD, *TEXTS, "port", "epoch", "programme_text"]), ANYTHING)
def test_any_answer(name, value):
    try:
        answers = answered({**GOOD, name: value})
    except UnansweredError as refused:
        named = refused.name
    except ValueError:
        return  # not TOML
    else:
        made(answers)
        return
    assert named == name


def made(answers: setup_answers.Answers) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pos-bridge.toml"
        file.write_text(setup_answers.document(answers, installed=False), "utf-8")
        try:
            config = read(file)
        except ConfigError:
            return  # said in one line, and nothing is written: what TOML cannot hold, say
    assert config.till.poiid == answers["poiid"]
    assert config.readers == answers["readers"]
    assert config.processor.certificate == config.processor.key


@pytest.mark.parametrize("driver", ["msr_plain", "pcsc_emv"])
def test_installed_rooms_come_from_systemd(tmp_path, driver):
    file = tmp_path / "pos-bridge.toml"
    file.write_text(setup_answers.document(answered({**GOOD, "driver": driver}), installed=True))
    room = read(file).card_room
    assert (room.socket is None, room.chip_socket is None, room.emv is None) == (
        driver == "pcsc_emv",
        driver == "msr_plain",
        driver == "msr_plain",
    )


def test_what_trust_holds():
    assert setup_answers.trust(answered(GOOD)) == f"root {'ab' * 32}\nlowest-epoch 1\n"
