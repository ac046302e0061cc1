"""The search of what the till wrote: a card number is found wherever it stands, nothing else is taken for one."""

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_sim.cards import CARDS
from pos_bridge.checkup.finding import Weight
from pos_bridge.config import settings
from pos_bridge.config.upkeep import LogFile
from pos_bridge.evidence import records
from pos_bridge.evidence.records import has_number, look

NUMBERS = [card.number.encode() for card in CARDS.values()]
CHUNK = 4096
numbers = st.sampled_from(NUMBERS)


@pytest.fixture
def till(config, tmp_path) -> settings.Config:
    (tmp_path / "state").mkdir()
    till = replace_state(config)
    return replace(till, log=LogFile(file="the.log"))


def replace_state(config: settings.Config) -> settings.Config:
    kept = config.till
    return replace(
        config,
        till=settings.Till(poiid=kept.poiid, number=kept.number, state_dir="state", signing_key=kept.signing_key),
    )


def weights(config: settings.Config) -> list[Weight]:
    return [found.weight for found in look(config)]


@pytest.mark.parametrize("number", NUMBERS)
def test_each_published_card_is_found(number):
    assert has_number(b"x " + number + b"=2712")
    assert has_number(number)
    assert has_number(("n " + number.decode() + "!").encode("utf-16-le"))


@given(st.binary(max_size=64), numbers, st.binary(max_size=64))
def test_found_among_anything_that_is_not_a_digit(before, number, after):
    assert has_number(before + b" " + number + b" " + after)


@given(st.binary(max_size=4000))
def test_noise_is_searched_and_not_found(noise):
    letters = noise.translate(None, b"0123456789")
    assert not has_number(letters)


@given(st.binary(min_size=8, max_size=400))
def test_hexadecimal_digits_are_no_card_number(raw):
    assert not has_number(b"hash " + b"a" + raw.hex().encode() + b"b")


@given(numbers, st.integers(0, 40), st.sampled_from((1, 2)))
def test_found_across_the_edges_of_what_is_read_at_once(tmp_path_factory, number, before, width):
    """Wherever the edge falls in it."""
    wide = number if width == 1 else number.decode().encode("utf-16-le")
    file = tmp_path_factory.mktemp("f") / "f"
    file.write_bytes(b"-" * (CHUNK - before) + wide + b"-" * 100)
    assert records.searched(file, CHUNK)[1]
    file.unlink()


def test_a_piece_of_a_hash_at_an_edge_is_not_taken_for_a_number(tmp_path):
    """What the window has of it is only its end, or its beginning."""
    piece = b"f" + NUMBERS[0] + b"f"
    file = tmp_path / "f"
    for place in range(80):
        file.write_bytes(b"-" * (CHUNK - place) + piece + b"-" * 100)
        assert not records.searched(file, CHUNK)[1], place


def test_a_till_that_wrote_none(till, tmp_path):
    (tmp_path / "state" / "journal").mkdir()
    (tmp_path / "state" / "journal" / "2026-11.db").write_bytes(os.urandom(4096))
    (tmp_path / "the.log").write_text('{"event": "Started"}\n')
    (found,) = look(till)
    assert found.weight is Weight.GOOD
    assert dict(found.values) == {"count": "2", "state": str(tmp_path / "state"), "size": "5"}


@pytest.mark.parametrize("name", ["state/journal/2026-11.db", "state/deep/er/x", "the.log"])
def test_wherever_it_lies_the_file_is_named_and_the_number_is_not(till, tmp_path, name):
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\x00\x01" + NUMBERS[0] + b"\xff")
    (found,) = look(till)
    assert found.weight is Weight.STOP
    assert str(file) in found.to("fr")
    assert NUMBERS[0].decode() not in found.to("fr") + found.to("en")


def test_nothing_written_yet_shows_nothing(till):
    assert weights(till) == [Weight.NOTE]


def test_what_cannot_be_read_is_said(till, tmp_path, monkeypatch):
    (tmp_path / "state" / "a").write_bytes(b"a")
    (tmp_path / "state" / "b").write_bytes(b"b")
    reading = records.searched

    def refused(path):
        if path.name == "a":
            raise PermissionError(13, "no", str(path))
        return reading(path)

    monkeypatch.setattr(records, "searched", refused)
    assert weights(till) == [Weight.UNSEEN], "the rest being well shows nothing"


def test_what_is_no_file_is_passed_over(till, tmp_path):
    """A pipe would be waited for; a link leads to what is read anyway, or is none of ours."""
    os.mkfifo(tmp_path / "state" / "pipe")
    (tmp_path / "state" / "link").symlink_to("/dev/zero")
    (tmp_path / "state" / "a").write_bytes(b"a")
    assert weights(till) == [Weight.GOOD]
