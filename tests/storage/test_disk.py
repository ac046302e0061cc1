"""A file is there whole or not at all, on a disk that takes part of what it is given, or nothing."""

import os

import pytest

from pos_bridge.storage import disk


def test_a_disk_that_takes_a_part_at_a_time(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr("pos_bridge.storage.disk.os.write", lambda descriptor, content: real(descriptor, content[:7]))
    disk.write_private(tmp_path / "file", bytes(range(100)))
    assert (tmp_path / "file").read_bytes() == bytes(range(100))


def test_a_disk_that_takes_a_part_and_then_nothing(tmp_path, monkeypatch):
    disk.write_private(tmp_path / "file", b"as it was")
    real = os.write

    def filling(descriptor: int, content: memoryview) -> int:
        if len(content) < 100:
            raise OSError(28, os.strerror(28))
        return real(descriptor, content[:7])

    monkeypatch.setattr("pos_bridge.storage.disk.os.write", filling)
    with pytest.raises(OSError, match="No space"):
        disk.write_private(tmp_path / "file", bytes(100))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"as it was")]


def test_an_owner_from_the_first_moment(tmp_path):
    disk.write_private(tmp_path / "file", b"", (os.geteuid(), os.getegid()))
    assert (tmp_path / "file").stat().st_uid == os.geteuid()
