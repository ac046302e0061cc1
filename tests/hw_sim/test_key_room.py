"""Keys for readers: each its own, of one base key, never used twice; and what is kept of them on disk."""

import json
from pathlib import Path

import pytest

from hw_sim import dukpt, key_room
from hw_sim.cards import CARDS
from hw_sim.readers import key_state
from hw_sim.readers.idtech_msr import IdtechMsr
from hw_sim.readers.key_state import ExhaustedError, KeyState, KeyStateError
from hw_sim.readers.rack import NoReaderError, Rack
from hw_sim.readers.stripe import stripe
from tests.hw_sim.readers.idtech import review, told

LAST = bytes.fromhex("629949000000001FF800")


@pytest.fixture
def processor(tmp_path: Path) -> Path:
    folder = tmp_path / "processor"
    folder.mkdir()
    return folder


def injected(world: Path, name: str = "reader") -> KeyState:
    key_room.inject(world, world / "processor", name)
    return KeyState(key_room.state_file(world, name))


def test_the_base_key_is_made_once_and_private(processor: Path):
    base = key_room.base_key(processor)
    assert len(base) == 16
    assert key_room.base_key(processor) == base
    assert (processor / "base.key").stat().st_mode & 0o777 == 0o600
    (processor / "base.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="16 bytes"):
        key_room.base_key(processor)


def test_a_reader_gets_a_key_and_a_serial_number_of_its_own(tmp_path: Path, processor: Path):
    base = key_room.base_key(processor)
    taken = [injected(tmp_path, name).take() for name in ("one", "two")]
    for ksn, key in taken:
        assert dukpt.counter(ksn) == 1
        assert key == dukpt.transaction_key(dukpt.initial_key(base, ksn), ksn)
    assert taken[0][0] != taken[1][0]
    for name in ("one", "two"):
        assert key_room.state_file(tmp_path, name).stat().st_mode & 0o777 == 0o600
        assert base.hex() not in key_room.state_file(tmp_path, name).read_text()


def test_injecting_again_changes_nothing_until_the_base_key_is_another(tmp_path: Path, processor: Path):
    first, _ = injected(tmp_path).take()
    second, _ = injected(tmp_path).take()
    assert int.from_bytes(second, "big") == int.from_bytes(first, "big") + 1
    (processor / "base.key").unlink()
    third, _ = injected(tmp_path).take()
    assert dukpt.counter(third) == 1
    assert third[:7] != first[:7]


def test_the_next_serial_number_is_on_disk_before_a_key_is_given_out(tmp_path: Path, processor: Path, monkeypatch):
    state = injected(tmp_path)

    def full(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(key_state, "write_atomically", full)
        with pytest.raises(OSError):
            state.take()
    assert dukpt.counter(KeyState(key_room.state_file(tmp_path, "reader")).take()[0]) == 1
    assert dukpt.counter(KeyState(key_room.state_file(tmp_path, "reader")).take()[0]) == 2


def test_a_reader_whose_keys_are_used_up_encrypts_no_more_and_says_so(tmp_path: Path, processor: Path):
    file = key_room.state_file(tmp_path, "reader")
    file.parent.mkdir()
    key_state.write(file, bytes(16), LAST, {})
    reader = IdtechMsr(KeyState(file))
    card = stripe(CARDS["visa"])
    assert LAST in reader.read(card)
    for model in (reader, IdtechMsr(KeyState(file))):
        assert model.hear(review(0x7E)).answer == told(0x7E, b"0"), "before a customer swipes in vain"
        assert model.read(card) == b""
    with pytest.raises(ExhaustedError):
        KeyState(file).take()
    key_room.inject(tmp_path, processor, "reader")
    with pytest.raises(ExhaustedError):
        KeyState(file).take()


@pytest.mark.parametrize(
    "change",
    [
        {"next_ksn": "FFFF9876543210E00000"},  # no counter at all
        {"next_ksn": "00"},
        {"next_ksn": None},
        {"initial_key": "zz"},
        {"initial_key": "00"},
        {"settings": {"99": "01"}},
        {"settings": {"1a": "32"}},
        {"settings": []},
    ],
)
def test_a_damaged_state_is_refused_in_words(tmp_path: Path, processor: Path, change: dict[str, object]):
    injected(tmp_path)
    file = key_room.state_file(tmp_path, "reader")
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(KeyStateError):
        IdtechMsr(KeyState(file))
    (tmp_path / "dev").mkdir()
    with pytest.raises(NoReaderError, match=r"reader\.json"):
        Rack(["idtech_msr"], tmp_path / "dev", lambda _: file)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"{}"])
def test_no_state_at_all_is_refused_too(tmp_path: Path, processor: Path, content: bytes):
    injected(tmp_path)
    file = key_room.state_file(tmp_path, "reader")
    file.write_bytes(content)
    key_room.inject(tmp_path, processor, "reader")  # leaves it to be looked at
    assert file.read_bytes() == content
    with pytest.raises(KeyStateError):
        KeyState(file)
