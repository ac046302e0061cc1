"""Cards, swipes and keys as files: private, small, checked, and never in an error."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hw_sim.cards import CARDS
from pos_bridge.conformance import card, files
from pos_bridge.conformance.files import FileError
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.conformance.place import track_2
from tests.hw_sim.processor.encrypting import Encrypting

TRACK = track_2(CARDS["mastercard"].number)


def written(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("content", [TRACK, TRACK + b"\n", b";" + TRACK + b"?", b";" + TRACK + b"?3\r\n"])
def test_a_track_2_with_or_without_its_sentinels(tmp_path, content):
    read = card.read_card(written(tmp_path / "card", content))
    assert read.track_2 == TRACK
    assert read.last_four == CARDS["mastercard"].last_four


def test_a_card_from_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TRACK + b"\n")))
    assert card.read_card(files.STDIN).track_2 == TRACK


def test_a_card_that_others_can_read_is_refused(tmp_path):
    with pytest.raises(FileError, match="chmod 600"):
        card.read_card(written(tmp_path / "card", TRACK, 0o644))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match="cannot be read"):
        card.read_card(tmp_path / "card")


@pytest.mark.parametrize("content", [b"", b"hello", TRACK[:-20], TRACK + b" " + TRACK, b"%B" + TRACK])
def test_what_is_no_track_2_is_refused_and_not_shown(tmp_path, content):
    with pytest.raises(FileError) as refused:
        card.read_card(written(tmp_path / "card", content))
    assert CARDS["mastercard"].number not in str(refused.value)


def test_a_card_does_not_show_itself():
    assert CARDS["visa"].number not in repr(card.PUBLISHED)
    assert CARDS["visa"].number in card.PUBLISHED.track_2.decode()


def swipe_file(sealed: pb.ReaderSealed) -> bytes:
    words = {
        "scheme": "tdes",
        "variant": "data_one_way",
        "mode": "cbc_chained",
        "ksn": sealed.ksn.hex(),
        "track1": sealed.track1.hex(),
        "track2": sealed.track2.hex(),
    }
    return "\n".join(f"{word} {value}" for word, value in words.items()).encode()


def test_a_swipe_of_an_encrypting_reader(tmp_path):
    sealed = Encrypting(bytes(range(16))).seal()
    assert card.read_swipe(written(tmp_path / "swipe", swipe_file(sealed.reader))) == sealed


@pytest.mark.parametrize("content", [b"scheme", b"scheme none", b"ksn zz", b"pan 12", b"\xff\xff 1"])
def test_what_is_no_swipe(tmp_path, content):
    with pytest.raises(FileError, match="must hold scheme"):
        card.read_swipe(written(tmp_path / "swipe", content))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400) | st.builds(lambda a, b: a + TRACK + b, st.binary(max_size=9), st.binary(max_size=9)))
def test_whatever_the_files_hold(tmp_path, content):
    path = written(tmp_path / "any", content)
    for read in (card.read_card, card.read_swipe, files.read_root, files.read_signing_key):
        try:
            read(path)
        except FileError as error:
            assert str(error).startswith(str(path))  # noqa: PT017 - either way is right


def test_keys_and_certificates(tmp_path):
    pem = written(tmp_path / "pem", b"-----BEGIN X-----")
    other = written(tmp_path / "other", b"{}")
    assert files.read_credentials(pem, pem, pem).key == b"-----BEGIN X-----"
    with pytest.raises(FileError, match="is not a PEM file"):
        files.read_credentials(pem, other, pem)
    with pytest.raises(FileError, match="chmod go-w"):
        files.read_public(written(tmp_path / "changed", b"", 0o666))
    with pytest.raises(FileError, match="not an Ed25519 key"):
        files.read_signing_key(written(tmp_path / "json", json.dumps({}).encode()))
