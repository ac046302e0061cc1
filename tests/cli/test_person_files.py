"""Two files in a folder: whole and private, or neither; and never in another's place."""

import errno
import os

import pytest

from pos_bridge.cli.person_files import places

NAMES = ("a", "b")


def test_both_are_there_and_nothing_else(tmp_path):
    with places(tmp_path / "x" / "y", NAMES) as write:
        write((b"one", b"two" * 100_000))
    assert sorted(path.name for path in (tmp_path / "x" / "y").iterdir()) == ["a", "b"]
    assert (tmp_path / "x" / "y" / "b").read_bytes() == b"two" * 100_000


def test_left_without_writing_nothing_is_left(tmp_path):
    with pytest.raises(RuntimeError), places(tmp_path / "new", NAMES):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with places(tmp_path, NAMES):
        pass
    assert list(tmp_path.iterdir()) == []


def test_one_that_came_meanwhile_is_not_replaced_and_no_half_is_left(tmp_path):
    with places(tmp_path, NAMES) as write:
        (tmp_path / "b").write_bytes(b"another's")
        with pytest.raises(FileExistsError):
            write((b"one", b"two"))
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert (tmp_path / "b").read_bytes() == b"another's"


def test_a_link_to_nowhere_is_something_that_is_there(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError), places(tmp_path, NAMES):
        pytest.fail("it was taken for free")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("there", [False, True])
def test_on_a_stick_whose_file_system_has_no_links(tmp_path, monkeypatch, there):
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    if not there:
        with places(tmp_path, NAMES) as write:
            write((b"one", b"two"))
        assert (tmp_path / "a").read_bytes() == b"one"
    else:
        with places(tmp_path, NAMES) as write:
            (tmp_path / "b").write_bytes(b"another's")
            with pytest.raises(OSError, match="not permitted"):
                write((b"one", b"two"))
    assert (tmp_path / "b").read_bytes() == (b"another's" if there else b"two")
    assert len(list(tmp_path.iterdir())) == (1 if there else 2)
