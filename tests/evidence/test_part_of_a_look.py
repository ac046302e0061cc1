"""A look that saw one thing and not another shows nothing of both."""

import pytest

from pos_bridge.checkup import machine, pcscd, processes
from pos_bridge.evidence import looks
from pos_bridge.evidence.report import REQUIREMENTS
from pos_bridge.evidence.requirement import State, judge

OF_PCSCD = [row for row in REQUIREMENTS if {"pcscd_log", "pcscd_socket"} & set(row.checks)]


@pytest.mark.parametrize(("line", "state"), [(pcscd.NOT_OPEN, State.NOT_CHECKED), (pcscd.ABSENT, State.NOT_SHOWN)])
def test_a_daemon_that_was_seen_does_not_stand_for_another(line, state):
    one, other = "/run/pcscd/pcscd.comm", "/run/other/pcscd.comm"
    found = [pcscd.SILENT(socket=one), pcscd.CLOSED(socket=one)]
    assert [judge(row, looks.by_check(found)).state for row in OF_PCSCD] == [State.SHOWN, State.SHOWN]
    found.append(line(reader="chip", socket=other))
    assert [judge(row, looks.by_check(found)).state for row in OF_PCSCD] == [state, state]


def test_memory_of_processes_that_are_hidden_is_not_shown_to_be_no_disks():
    rows = [row for row in REQUIREMENTS if "swap" in row.checks]
    well = [
        line() for line in (machine.SWAP_FIT, machine.HIBERNATION_FIT, machine.CRASH_DUMP_FIT, machine.USB_MONITOR_FIT)
    ]
    assert {judge(row, looks.by_check(well)).state for row in rows} == {State.SHOWN}
    well += [processes.HIDDEN(), processes.SWAP_HIDDEN()]
    assert {judge(row, looks.by_check(well)).state for row in rows} == {State.NOT_CHECKED}
