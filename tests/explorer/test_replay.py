"""A failing schedule is one line, and that line is a readable trace of the same failure."""

import re
import shlex
from pathlib import Path

import pytest

from tests.explorer import __main__ as command
from tests.explorer.choices import parsed, written
from tests.explorer.explore import Bounds, by_chance, explore, line_for, replay
from tests.explorer.mutants import MUTANTS
from tests.explorer.stories import STORIES

DOCUMENT = Path(__file__).parents[2] / "docs" / "decisions" / "0013-the-explorer.md"
FORGETFUL = MUTANTS["card-status/no-tombstone"].story


def test_one_line_replays_a_failing_schedule_as_a_trace(capsys):
    schedule, faults = explore(FORGETFUL, Bounds(crashes=1, net=1), until=bool).found[0]
    line = shlex.split(line_for(FORGETFUL, schedule))
    assert line[:4] == ["python", "-m", "tests.explorer", "replay"]
    assert command.main(line[3:]) == 1
    shown = capsys.readouterr().out
    for word in ("** choice", "till", "processor", "journal", "12.34", " s  ", *faults):
        assert word in shown


def test_the_same_schedule_is_the_same_trace_every_time():
    schedule, faults = explore(FORGETFUL, Bounds(crashes=1, net=1), until=bool).found[0]
    assert replay(FORGETFUL, schedule) == replay(FORGETFUL, schedule)
    assert replay(FORGETFUL, schedule)[1] == faults


def test_a_random_run_replays_whatever_its_bounds_were():
    bounds = Bounds(crashes=5, net=6)
    runs = (by_chance(FORGETFUL, seed, bounds) for seed in range(300))
    schedule, faults = next((schedule, faults) for schedule, faults in runs if faults)
    assert replay(FORGETFUL, schedule)[1] == faults


def test_the_lines_in_the_documents_still_tell_what_they_are_there_for():
    told = re.findall(r"[`']([a-z/-]+:[0-9=,]+)[`']", DOCUMENT.read_text())
    assert len(told) == 2
    for line in told:
        assert command.main(["replay", line]) == 1, line


def test_every_story_says_what_it_is(capsys):
    assert command.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(STORIES)
    assert [line for line in lines if not line.endswith((".", "!"))] == []


def test_a_schedule_is_written_and_read_back():
    for schedule in ((), ((3, 1),), ((0, 2), (17, 11))):
        assert parsed(written(schedule)) == schedule
    for wrong in ("", "3", "3=", "a=1", "1=1,", "1=1;2=2"):
        with pytest.raises(ValueError, match="a schedule is written as"):
            parsed(wrong)


def test_a_schedule_of_another_program_is_refused():
    with pytest.raises(ValueError, match="of another program"):
        replay(STORIES["card-repeat"], ((0, 999),))
