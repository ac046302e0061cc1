"""The answers file: 48 hours, across restarts, and nothing to recall where anything is wrong."""

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_bridge.journal.answers import MAX_CONTENT, Answers, AnswersFile
from tests.journal import children
from tests.journal.makers import Clock

REQUEST, POI = os.urandom(32), os.urandom(32)
ANSWER = b'{"PaymentResponse": {"Result": "Success"}}' * 20


@pytest.fixture
def answers(folder: Path, clock: Clock) -> Iterator[AnswersFile]:
    answers = AnswersFile(folder, clock)
    yield answers
    answers.close()


def again(folder: Path, clock: Clock) -> AnswersFile:
    return AnswersFile(folder, clock)


def test_what_was_kept_is_recalled(answers):
    assert answers.recall(REQUEST) is None
    assert answers.last(POI) is None
    answers.keep(REQUEST, POI, ANSWER)
    assert answers.recall(REQUEST) == ANSWER
    assert answers.last(POI) == REQUEST
    assert answers.recall(POI) is None
    assert answers.last(REQUEST) is None
    assert answers.troubles == 0


def test_the_newest_request_of_a_poi_is_its_last(answers, clock):
    other = os.urandom(32)
    for request in (REQUEST, other, REQUEST):
        clock.turn(hours=11)
        answers.keep(request, POI, request)
        assert answers.last(POI) == request
    answers.keep(other, os.urandom(32), b"")
    assert answers.last(POI) == REQUEST
    assert answers.recall(other) == b""


def test_the_last_content_kept_for_a_request_counts(answers, clock):
    answers.keep(REQUEST, POI, b"first")
    clock.turn(hours=12)  # the next day has another key
    answers.keep(REQUEST, POI, b"second")
    assert answers.recall(REQUEST) == b"second"


@pytest.mark.parametrize("size", [0, 1, MAX_CONTENT])
def test_sizes(answers, size):
    content = os.urandom(size)
    answers.keep(REQUEST, POI, content)
    assert answers.recall(REQUEST) == content


def test_too_large_is_the_callers_fault(answers):
    with pytest.raises(ValueError, match="64 KiB"):
        answers.keep(REQUEST, POI, bytes(MAX_CONTENT + 1))


def test_restart(folder, clock):
    first = again(folder, clock)
    first.keep(REQUEST, POI, ANSWER)
    first.close()
    second = again(folder, clock)
    assert second.recall(REQUEST) == ANSWER
    assert second.last(POI) == REQUEST
    second.close()


def test_forty_eight_hours(answers, clock):
    answers.keep(REQUEST, POI, ANSWER)
    clock.turn(hours=48)
    assert answers.recall(REQUEST) == ANSWER
    clock.turn(hours=1)
    assert answers.recall(REQUEST) is None
    assert answers.last(POI) is None


def keys(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.key"))


def test_keys_of_the_day_are_destroyed_by_72_hours(answers, folder, clock):
    answers.keep(REQUEST, POI, ANSWER)
    key, _ = keys(folder)  # and the next day's
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    secret = key.read_bytes()
    assert len(secret) == 32
    beside = folder.parent / "an old block of the disk"
    os.link(key, beside)
    clock.turn(hours=72)
    answers.rest()
    assert key not in keys(folder)
    assert beside.read_bytes() != secret  # overwritten, not only unlinked
    assert len(beside.read_bytes()) == 32


def test_a_days_key_is_made_the_day_before(answers, folder, clock):
    """The time of its file is no time of a sale."""
    answers.rest()
    clock.turn(days=1)
    made = {path: path.stat().st_mtime_ns for path in keys(folder)}
    answers.rest()
    answers.keep(REQUEST, POI, ANSWER)
    today, _ = keys(folder)[-2:]
    assert made[today] == today.stat().st_mtime_ns


def test_nothing_is_readable_or_matched_without_the_key(answers, folder, clock):
    answers.keep(REQUEST, POI, ANSWER)
    answers.close()
    written = b"".join(path.read_bytes() for path in folder.iterdir() if path.suffix != ".key")
    for secret in (REQUEST, POI, ANSWER, b"PaymentResponse"):
        assert secret not in written
    clock.turn(hours=49)
    answers.rest()
    answers.close()
    assert written  # there was something
    boxes = [path for path in folder.iterdir() if "answers" in path.name]
    assert sum(path.stat().st_size for path in boxes) < len(written) + 8192


def test_a_clock_that_jumps_back_recalls_nothing_of_a_far_future(answers, folder, clock):
    answers.keep(REQUEST, POI, ANSWER)
    before = keys(folder)
    clock.turn(days=-30)
    assert answers.recall(REQUEST) is None
    assert not {*keys(folder)} & {*before}
    answers.keep(REQUEST, POI, b"now")
    assert answers.recall(REQUEST) == b"now"


@pytest.mark.parametrize("content", [b"", b"short", b"k" * 33])
def test_a_damaged_key_means_nothing_to_recall(folder, clock, content):
    answers = again(folder, clock)
    answers.keep(REQUEST, POI, ANSWER)
    answers.close()
    keys(folder)[0].write_bytes(content)
    answers = again(folder, clock)
    assert answers.recall(REQUEST) is None
    answers.keep(REQUEST, POI, b"again")
    assert answers.recall(REQUEST) == b"again"
    answers.close()


def test_a_lost_key_means_nothing_to_recall(folder, clock):
    answers = again(folder, clock)
    answers.keep(REQUEST, POI, ANSWER)
    answers.close()
    keys(folder)[0].unlink()
    answers = again(folder, clock)
    assert answers.recall(REQUEST) is None
    answers.close()


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=200), keep_size=st.booleans())
def test_a_damaged_file_never_raises(tmp_path_factory, at, junk, keep_size):
    folder, clock = tmp_path_factory.mktemp("answers"), Clock()
    answers = again(folder, clock)
    answers.keep(REQUEST, POI, ANSWER)
    answers.close()
    path = folder / "answers.db"
    content = bytearray(path.read_bytes())
    place = int(at * len(content))
    content[place : place + (len(junk) if keep_size else 0)] = junk
    path.write_bytes(content)
    answers = again(folder, clock)
    assert answers.recall(REQUEST) in {None, ANSWER}
    assert answers.last(POI) in {None, REQUEST}
    for _ in range(3):  # some may meet the damage
        answers.keep(REQUEST, POI, b"again")
    assert answers.recall(REQUEST) == b"again"
    assert answers.last(POI) == REQUEST
    answers.close()


@pytest.mark.parametrize("name", ["answers.db", "answers.db-wal"])
def test_files_that_are_no_files(folder, clock, name):
    (folder / name).mkdir(parents=True)
    answers = again(folder, clock)
    answers.keep(REQUEST, POI, ANSWER)
    answers.recall(REQUEST)
    answers.close()
    (folder / name).rmdir()
    answers.keep(REQUEST, POI, ANSWER)
    assert answers.recall(REQUEST) == ANSWER
    answers.close()


def test_a_folder_that_cannot_be_made(tmp_path, clock):
    (tmp_path / "state").write_bytes(b"a file")
    answers = again(tmp_path / "state" / "answers", clock)
    answers.keep(REQUEST, POI, ANSWER)
    assert answers.recall(REQUEST) is None
    assert answers.troubles > 0
    (tmp_path / "state").unlink()
    answers.keep(REQUEST, POI, ANSWER)
    assert answers.recall(REQUEST) == ANSWER
    answers.close()


FULL = """
import os, resource, signal, sys
from pathlib import Path
from pos_bridge.journal.answers import AnswersFile
from tests.journal.makers import Clock
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
answers = AnswersFile(Path(sys.argv[1]), Clock())
poi, first = os.urandom(32), os.urandom(32)
answers.keep(first, poi, b"first")
resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, resource.RLIM_INFINITY))
for _ in range(4):
    answers.keep(os.urandom(32), poi, os.urandom(60_000))
troubles = answers.troubles
assert troubles >= 2, troubles
assert answers.recall(first) == b"first"
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
answers.keep(first, poi, b"second")
assert answers.recall(first) == b"second"
assert answers.troubles == troubles
answers.close()
"""


def test_a_full_disk_stops_nothing(folder):
    children.run(FULL, folder)


KILLED = """
import os, signal, sys
from pathlib import Path
from pos_bridge.journal.answers import AnswersFile
from tests.journal.makers import Clock
answers = AnswersFile(Path(sys.argv[1]), Clock())
answers.keep(bytes(range(32)), bytes(range(1, 33)), b"kept")
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(child, 0)
os._exit(0)
"""


def test_an_answer_outlives_a_process_that_never_closed(folder, clock):
    children.run(KILLED, folder)
    answers = again(folder, clock)
    assert answers.recall(bytes(range(32))) == b"kept"
    assert answers.last(bytes(range(1, 33))) == bytes(range(32))
    answers.close()


def test_on_its_own_thread(folder, clock):
    async def story() -> None:
        answers = Answers.open(folder, clock)
        await asyncio.gather(*(answers.keep(bytes([n]) * 32, POI, bytes([n])) for n in range(20)))
        assert await answers.recall(bytes([7]) * 32) == b"\x07"
        assert await answers.last(POI) == bytes([19]) * 32
        with pytest.raises(ValueError, match="64 KiB"):
            await answers.keep(REQUEST, POI, bytes(MAX_CONTENT + 1))
        assert answers.troubles == 0
        answers.close()
        answers.close()

    asyncio.run(story())
