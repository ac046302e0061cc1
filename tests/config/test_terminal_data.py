"""Terminal data for chips that cannot be used is told before any sale: one line that names the file and the key."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import drivers.pcsc
from pos_bridge.cli import check as command
from pos_bridge.config import credentials, terminal_data
from pos_bridge.config.settings import CardRoom, Config, ConfigError, Reader
from pos_bridge.config.terminal_data import check

CANADA = (Path(drivers.pcsc.__file__).parent / "emv-canada.toml").read_text()


@dataclass(frozen=True)
class Scene:
    """What of a configuration is looked at."""

    folder: Path

    def config(self, text: str | bytes | None, driver: str = "pcsc_emv") -> Config:
        file = self.folder / "emv.toml"
        if text is not None:
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        room = CardRoom(trust="trust.txt", emv="emv.toml")
        config = object.__new__(Config)
        for name, value in (
            ("file", self.folder / "pos-bridge.toml"),
            ("card_room", room),
            ("readers", (Reader(name="one", driver=driver, device="a reader"),)),
        ):
            object.__setattr__(config, name, value)
        return config

    def fault(self, text: str | bytes | None) -> str:
        with pytest.raises(ConfigError) as refused:
            check(self.config(text))
        line = refused.value.to("en")
        start = f"[terminal_data_unfit] card_room.emv: {self.folder / 'emv.toml'}: "
        assert line.startswith(start)
        assert "\n" not in line
        return line.removeprefix(start)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_the_default_for_canada_is_good(scene):
    check(scene.config(CANADA))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('country = "0124"', 'country = "12"', "terminal.country: "),
        ('tac_denial = "0010000000"', 'tac_denial = "00"', "application 1, tac_denial: "),
        ('brand = "visa"', 'brand = "vise"', "application 2, brand: "),
        ("exponent = 2", "exponents = 2", "terminal.exponent: "),
    ],
)
def test_a_wrong_value_is_named_by_its_key_and_never_shown(scene, before, after, said):
    assert before in CANADA
    line = scene.fault(CANADA.replace(before, after, 1))
    assert line.startswith(said)
    assert after.split(" = ")[1].strip('"') not in line or after.endswith("2")


@pytest.mark.parametrize("text", [None, b"\xff\xfe", b"x" * 300_000])
def test_a_file_that_is_none(scene, text):
    assert "cannot be read" in scene.fault(text)


def test_no_toml(scene):
    assert "not TOML" in scene.fault("country: Canada")


@pytest.mark.parametrize("program", ["pos_bridge.no_such_program", "pos_bridge.words"])
def test_a_program_that_says_nothing_leaves_it_unchecked(scene, monkeypatch, program):
    monkeypatch.setattr(terminal_data, "_PROGRAM", program)
    monkeypatch.setattr(sys, "executable", sys.executable if "no_such" in program else "/no/python")
    with pytest.raises(ConfigError, match="could not be checked"):
        check(scene.config(CANADA))


def test_without_a_chip_reader_nobody_looks(scene):
    check(scene.config("not even TOML", driver="msr_plain"))


def test_the_command_says_it_and_starts_nothing(scene, monkeypatch, capsys):
    for name in ("load", "check_times"):
        monkeypatch.setattr(credentials, name, lambda _: None)  # the other files of this configuration are not there
    words = argparse.Namespace(
        loaded=scene.config(CANADA.replace("exponent = 2", "")), config="pos-bridge.toml", lang="fr"
    )
    assert command.run(words) == 2
    assert "card_room.emv" in capsys.readouterr().err
    words.loaded = scene.config(CANADA)
    assert command.run(words) == 0
