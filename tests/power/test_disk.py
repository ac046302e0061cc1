"""The model of a disk and the recorder, on programs small enough to know what they may leave."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.journal import children
from tests.power.cuts import cuts, different, every, lay, taken, torn
from tests.power.disk import SECTOR, Disk, Image
from tests.power.recorder import recording
from tests.power.tape import Made, MadeFolder, Operation, Removed, Renamed, Resized, Synced, Unmodelled, Wrote

OLD = {"kept": b"old"}


def left(before: Image, *tape: Operation) -> list[dict[str, bytes | None]]:
    """What a cut at the end of the tape may leave."""
    (*_, last) = cuts(before, tape)
    return [dict(image) for image in different(every(last, 8))]


def test_what_was_not_synced_is_there_or_not():
    assert left(OLD, Wrote("kept", 0, b"n")) == [{"kept": b"old"}, {"kept": b"nld"}]
    assert left(OLD, Wrote("kept", 0, b"n"), Synced("kept", folder=False)) == [{"kept": b"nld"}]


def test_writes_come_in_any_combination():
    found = left({"f": b""}, Wrote("f", 0, b"ab"), Wrote("f", 2, b"cd"), Resized("f", 1))
    assert {image["f"] for image in found} == {b"", b"ab", b"\0\0cd", b"abcd", b"\0", b"a"}


def test_a_name_lasts_when_its_folder_was_synced():
    made = (Made("new"), Wrote("new", 0, b"x"), Synced("new", folder=False))
    assert left({}, *made) == [{"new": b"x"}, {}]
    assert left({}, *made, Synced("", folder=True)) == [{"new": b"x"}]
    assert left({}, MadeFolder("a"), Made("a/b"), Synced("a", folder=True)) == [{"a": None, "a/b": b""}, {}]
    assert left(OLD, Removed("kept")) == [{}, OLD]


def test_a_rename_is_whole_and_keeps_what_was_not_synced_at_risk():
    found = left(OLD, Made("part"), Wrote("part", 0, b"new"), Renamed("part", "kept"), Synced("", folder=True))
    assert found == [{"kept": b""}, {"kept": b"new"}]
    assert left(OLD, Made("part"), Renamed("part", "kept"))[1] == OLD


def test_a_write_is_torn_by_sectors_and_harms_nothing_beside_it():
    before = bytes(range(256)) * 8
    change = Wrote("f", 100, b"\xff" * 1500)
    disk = Disk({"f": before})
    disk.play(change)
    chance = Random(1)
    found = {disk.torn(chance)["f"] for _ in range(300)}
    assert len(found) > 20
    for content in found:
        assert content is not None
        assert content[:100] == before[:100]
        assert content[1600:] == before[1600:]
    kept = [content[SECTOR : 2 * SECTOR] for content in found if content is not None]
    assert before[SECTOR : 2 * SECTOR] in kept
    assert b"\xff" * SECTOR in kept


def test_what_the_model_does_not_know_ends_the_proof():
    with pytest.raises(AssertionError, match="link"):
        left({}, Unmodelled("link", "a"))


PROGRAM = """
import os, sys
os.chdir(sys.argv[1])
os.mkdir("sub")
with open("sub/a", "wb", buffering=0) as file:
    file.write(b"one")
    os.pwrite(file.fileno(), b"X", 1)
    os.writev(file.fileno(), [b"t", b"wo"])
    os.fsync(file.fileno())
with open("sub/a", "ab", buffering=0) as file:
    file.write(b"!")
    os.ftruncate(file.fileno(), 6)
folder = os.open("sub", os.O_DIRECTORY)
os.rename("a", "b", src_dir_fd=folder, dst_dir_fd=folder)
os.fsync(folder)
open("gone", "w").close()
os.unlink("gone")
open("/dev/null", "w").write("elsewhere")
print("done", flush=True)
"""


def test_a_program_is_recorded_as_it_is(tmp_path: Path):
    (tmp_path / "watched").mkdir()
    with recording(tmp_path / "watched") as recorder:
        command = recorder.command(*children.command(PROGRAM, tmp_path / "watched"))
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "done\n"
    *others, last = cuts({}, recorder.tape)
    assert last.said == ("done",)
    assert [cut.said for cut in others] == [(), ()]
    assert dict(last.disk.image([True] * last.disk.pending, names=True)) == taken(tmp_path / "watched")
    assert taken(tmp_path / "watched") == {"sub": None, "sub/b": b"oXetwo"}
    first = others[0]
    assert first.disk is last.disk, "it goes on"


def test_a_program_is_stopped_before_what_it_asked_for(tmp_path: Path):
    with recording(tmp_path) as recorder:
        recorder.stop_before = lambda operation: isinstance(operation, Renamed)
        script = "import os, sys; os.chdir(sys.argv[1]); open('a', 'w').close(); os.rename('a', 'b')"
        done = subprocess.run(recorder.command(*children.command(script, tmp_path)), check=False)
        assert done.returncode == -9
        assert recorder.stopped.is_set()
    assert taken(tmp_path) == {"a": b""}
    assert recorder.tape == [Made("a")]


@pytest.mark.parametrize("call", ["os.link('a', 'b')", "os.symlink('a', 'b')", "os.posix_fallocate(1, 0, 1)"])
def test_a_call_that_the_model_does_not_know_is_on_the_tape(tmp_path: Path, call: str):
    (tmp_path / "a").write_bytes(b"")
    script = f"import os, sys; os.chdir(sys.argv[1]); f = os.open('a', os.O_RDWR); os.dup2(f, 1); {call}"
    with recording(tmp_path) as recorder:
        subprocess.run(recorder.command(sys.executable, "-c", script, os.fspath(tmp_path)), check=True)
    (operation,) = recorder.tape
    assert isinstance(operation, Unmodelled)


def test_an_image_is_laid_as_it_was_taken(tmp_path: Path):
    image = {"a": None, "a/b": b"1", "c": b""}
    assert taken(lay(image, tmp_path / "there")) == image
    (*_, last) = cuts({}, [MadeFolder("a"), Made("c")])
    assert {tuple(image) for image in torn(last, Random(0), 50)} <= {(), ("a",), ("a", "c")}
