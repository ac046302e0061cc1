"""Room on disks: each that the till writes to once, by thresholds; a read-only one is told."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from pos_bridge.checkup import disk_space
from pos_bridge.config.upkeep import LogFile
from tests.checkup.finds import line, lines
from tests.small_disk import own_mounts


def test_room_for_the_state(config, tmp_path, monkeypatch):
    monkeypatch.setattr(disk_space, "MEND_BELOW", 1)
    monkeypatch.setattr(disk_space, "STOP_BELOW", 1)
    assert lines(disk_space.look(config)) == [disk_space.ROOM]


@pytest.mark.parametrize(
    ("limit", "said"),
    [("MEND_BELOW", disk_space.LITTLE), ("STOP_BELOW", disk_space.ALMOST_NONE), ("NODES_BELOW", disk_space.NO_NODES)],
)
def test_below_a_limit(tmp_path, monkeypatch, limit, said):
    for each in ("MEND_BELOW", "STOP_BELOW", "NODES_BELOW"):
        monkeypatch.setattr(disk_space, each, 2**70 if each == limit else 0)
    if limit == "NODES_BELOW" and not os.statvfs(tmp_path).f_files:
        said = disk_space.ROOM  # a file system that counts none
    assert line(disk_space.look_at("till.state_dir", tmp_path)) == said


def test_where_there_is_enough_no_sale_can_be_seen_in_the_figure(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "statvfs", lambda _: disk(mebibytes=5 * 1024 + 900))
    before = disk_space.look_at("till.state_dir", tmp_path)
    assert "at least 5120 MiB" in before.text("en")
    monkeypatch.setattr(os, "statvfs", lambda _: disk(mebibytes=5 * 1024 + 800))
    assert disk_space.look_at("till.state_dir", tmp_path) == before
    monkeypatch.setattr(os, "statvfs", lambda _: disk(mebibytes=700))
    assert "at least 512 MiB" in disk_space.look_at("till.state_dir", tmp_path).text("en")


def disk(*, mebibytes: int) -> os.statvfs_result:
    return os.statvfs_result((2**20, 2**20, 2**20, mebibytes, mebibytes, 10**6, 10**6, 10**6, 0, 255))


def test_a_disk_is_told_once_and_a_folder_that_is_not_there_yet_by_what_is(config, tmp_path):
    both = replace(config, log=LogFile(file="log/pos-bridge.log"))
    (found,) = disk_space.look(both)
    assert str(tmp_path) in found.text("en")


READ_ONLY = """
import subprocess, sys
from pathlib import Path
from pos_bridge.checkup import disk_space
root = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(root)], check=True)
print(disk_space.look_at("log.file", root).to("en"))
subprocess.run(["mount", "-o", "remount,ro", str(root)], check=True)
print(disk_space.look_at("log.file", root).to("en"))
"""


def test_a_small_disk_and_a_read_only_one(tmp_path):
    """Where this machine lets a program have mounts of its own."""
    prefix = own_mounts()
    if prefix is None:
        return
    said = subprocess.run(
        [*prefix, sys.executable, "-P", "-c", READ_ONLY, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert said[0].startswith("STOP: log.file: only 1 MiB are left")
    assert said[1].startswith("STOP: log.file: the disk of ")


VIEW = """
import subprocess, sys
from pathlib import Path
from pos_bridge.checkup import disk_space
root = Path(sys.argv[1])
def mount(*words):
    subprocess.run(["mount", *words, str(root)], check=True)
def said():
    print(disk_space.look_at("till.state_dir", root).weight.name, (root / "file").exists())
mount("-t", "tmpfs", "-o", "size=2g", "none")
(root / "file").touch()
mount("--bind", str(root))
mount("-o", "remount,bind,ro")
try:
    (root / "file").write_text("")
except OSError as error:
    print(error.strerror)
said()
mount("-o", "remount,ro")
said()
"""


def test_a_view_that_is_read_only_is_not_the_disk(tmp_path):
    """As the status page has one of the state, by its unit; a disk that is remounted read-only is told in it, too."""
    prefix = own_mounts()
    if prefix is None:
        return
    said = subprocess.run(
        [*prefix, sys.executable, "-P", "-c", VIEW, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert said == ["Read-only file system", "GOOD True", "STOP True"]
