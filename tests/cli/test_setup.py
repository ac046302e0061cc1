"""`pos-bridge setup`: from a few answers to a till that `check` finds good, and never over what is there."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from pos_bridge.cli import main, setup_answers
from pos_bridge.cli.setup_answers import UnansweredError
from pos_bridge.config.file import load, read

POIID = "P400-123456789"
ROOT = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[tuple[Folder, str]]:
    folder = Folder(tmp_path_factory.mktemp("world"))
    with serving(folder) as url:
        yield folder, url


class Place:
    """A till's folder to be, and what IT brings."""

    def __init__(self, folder: Path, desk: Folder, url: str) -> None:
        self.desk, self.till = desk, folder / "till"
        self.config, self.answers, self.token = self.till / "pos-bridge.toml", folder / "answers", folder / "token"
        self.medium = folder / "medium"
        self.medium.mkdir()
        self.token.write_text(desk.make_token(POIID))
        self.told = {
            "poiid": f'"{POIID}"',
            "number": "7",
            "language": '"en"',
            "state_dir": f'"{self.till / "state"}"',
            "processor": '"127.0.0.1:50051"',
            "server_name": '"processor.pos-bridge.test"',
            "merchant_id": '"CLEMENT-001"',
            "root": f'"{ROOT}"',
            "enrolment": f'"{url}"',
            "device": '"/dev/ttyS0"',
            "programme": '"Chouchous"',
        }

    def setup(self, *words: str, **changed: str | None) -> int:
        told = {**self.told, **changed}
        self.answers.write_text("".join(f"{name} = {value}\n" for name, value in told.items() if value is not None))
        usual = ["--answers", str(self.answers), "--config", str(self.config)]
        return main.main(["setup", *usual, *words])

    def whole(self) -> int:
        return self.setup("--authority", str(self.medium), "--token-file", str(self.token))


@pytest.fixture
def place(tmp_path, world) -> Place:
    return Place(tmp_path, *world)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_working_till_from_a_file_of_answers(place, capsys):
    assert place.whole() == 0
    said = capsys.readouterr().out
    assert said.splitlines()[-1] == f"{place.config}: good"
    config = load(place.config)
    assert (config.till.poiid, config.till.number) == (POIID, 7)
    secrets = {config.till.signing_key, str(config.nexo.api_key_file), config.processor.key, config.nexo.key}
    assert all(config.path(name).stat().st_mode & 0o777 == 0o600 for name in secrets)
    assert config.identity is not None
    assert len(config.path(config.identity.vault_key).read_bytes()) == 32
    key = load_pem_private_key(config.path(config.till.signing_key).read_bytes(), None)
    assert key.public_key().public_bytes_raw().hex() in said  # type: ignore[union-attr] # an Ed25519 key
    assert config.path(str(config.nexo.api_key_file)).read_text().strip() not in said


def test_done_again_it_replaces_nothing(place):
    assert place.whole() == 0
    before = everything(place.till)
    assert place.whole() == 0
    assert place.setup(poiid='"P400-987654321"') == 0, "what is there stays"
    assert everything(place.till) == before


def test_it_goes_on_where_it_stopped(place, capsys):
    assert place.setup() == 1
    assert "--authority FOLDER" in capsys.readouterr().err
    kept = everything(place.till)
    assert place.setup("--authority", str(place.medium)) == 1
    assert "ask the processor for a token" in capsys.readouterr().err
    assert kept.items() <= everything(place.till).items()
    assert place.whole() == 0


def test_a_wrong_token_stops_it_with_all_else_made(place, capsys):
    right = place.token.read_text()
    place.token.write_text(right[:-4] + "AAAA")
    assert place.whole() == 1
    assert "refuses the token" in capsys.readouterr().err
    place.token.write_text(right)
    assert place.whole() == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("poiid", '"a\\u0001"'),
        ("poiid", None),
        ("number", "1000"),
        ("number", '"seven"'),
        ("language", '"de"'),
        ("processor", '"no port"'),
        ("root", '"ab"'),
        ("enrolment", '"http://clear.example"'),
        ("device", None),
        ("state_dir", '""'),
    ],
)
def test_an_answer_that_does_not_fit_writes_nothing(place, capsys, name, value):
    assert place.setup(**{name: value}) == 2
    assert f"({name})" in capsys.readouterr().err
    assert not place.till.exists()


READERS = """
[[reader]]
name = "counter"
driver = "msr_plain"
device = "/dev/ttyS0"
[[reader]]
name = "door"
driver = "msr_plain"
device = "/dev/ttyS1"
"""


def test_several_readers(place):
    place.told |= {"programme": '""'}
    place.told["programme"] += READERS
    assert place.setup("--authority", str(place.medium), "--token-file", str(place.token), device=None) == 0
    readers = load(place.config).readers
    assert [(reader.name, reader.device) for reader in readers] == [("counter", "/dev/ttyS0"), ("door", "/dev/ttyS1")]
    assert "pcscd" not in place.config.read_text()


@pytest.mark.parametrize(
    "text",
    [
        READERS + 'colour = "red"\n',
        READERS.replace("/dev/ttyS1", ""),
        READERS.replace('"msr_plain"', "7"),
        "reader = []\n",
        "reader = 7\n",
        "reader = [7]\n",
    ],
)
def test_readers_that_do_not_fit(place, capsys, text):
    place.told["programme"] += "\n" + text
    assert place.setup(device=None) == 2
    assert "(reader)" in capsys.readouterr().err
    assert not place.till.exists()


def test_a_reader_said_twice(place, capsys):
    place.told["programme"] += READERS
    assert place.setup() == 2
    assert "(reader)" in capsys.readouterr().err
    assert place.setup(device=None, programme='""' + READERS.replace('"door"', '"counter"')) == 2
    assert "reader_twice" in capsys.readouterr().err
    assert not place.config.exists()


def test_an_enrolment_server_of_another_authority(place, world, capsys, tmp_path):
    """It is known by the token as ever, and says nothing of the processor's authority, which somebody has to bring."""
    place.told["enrolment_ca"] = '"enrolment-ca.pem"'
    assert place.whole() == 1
    assert "The token was not sent" in capsys.readouterr().err
    processors = Folder(tmp_path / "other").authority().pem
    (place.till / "processor-ca.pem").write_bytes(processors)
    assert place.whole() == 0
    config = load(place.config)
    assert config.enrolment_ca.read_bytes() == world[0].authority().pem
    assert config.path(config.processor.ca).read_bytes() == processors


@pytest.mark.parametrize("text", ["= nothing", "unknown = 1", "\xff"])
def test_a_file_that_is_none(place, capsys, text):
    place.answers.write_bytes(text.encode("latin-1"))
    assert main.main(["setup", "--answers", str(place.answers), "--config", str(place.config), "--lang", "fr"]) == 2
    assert "Rien n'a été écrit" in capsys.readouterr().err
    assert not place.till.exists()


def test_at_a_terminal(place, capsys, monkeypatch):
    told = {name: value.strip('"') for name, value in place.told.items()}
    lines = iter(
        [
            POIID,
            "1000",
            "7",
            "",
            "127.0.0.1:50051",
            told["server_name"],
            told["merchant_id"],
            ROOT,
            "",
            "",
            "/dev/ttyS0",
            "no driver",
            "pcsc_emv",
            "Reader 00 00",
            "",
            "",
        ]
    )
    asked: list[str] = []

    def answer(question):
        asked.append(question)
        return next(lines)

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr(setup_answers, "STATE", str(place.till / "state"))
    monkeypatch.setitem(setup_answers._UNASKED, "state_dir", str(place.till / "state"))
    assert main.main(["setup", "--config", str(place.config), "--lang", "en"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "That does not fit: Number of the till, 1 to 999."
    assert asked[1] == asked[2] == "Number of the till, 1 to 999: "
    text = place.config.read_text()
    assert 'language = "fr"' in text
    assert [reader.name for reader in read(place.config).readers] == ["counter", "counter-2"]
    assert 'emv = "emv.toml"' in text


def test_nobody_at_the_terminal(place):
    ended = subprocess.run(
        [sys.executable, "-m", "pos_bridge", "setup", "--config", str(place.config), "--lang", "en"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == "Nobody answered all questions. Nothing was written.\n"
    assert not place.till.exists()


def test_an_error_of_an_answer_holds_no_answer():
    assert str(UnansweredError("poiid")) == "poiid"
