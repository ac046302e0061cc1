"""SIGKILL in the middle of commits: no acknowledged row is lost, and the chain is whole."""

import os
import signal
import subprocess

import pytest

from pos_bridge.domain.leg import SETTLED
from pos_bridge.journal.verify import SoundFile, verify
from tests.journal import children
from tests.journal.makers import Clock, opened

WRITER = """
import sys
from pathlib import Path
from tests.journal.makers import Clock, captured, capturing, card, cash, opened
journal = opened(Path(sys.argv[1]), Clock())
while True:
    sale = card()
    for step in (lambda: journal.open_leg(sale), lambda: journal.advance(capturing(sale)),
                 lambda: journal.advance(captured(sale)), lambda: journal.open_leg(cash())):
        head = step()
        sys.stdout.write(f"{head.sequence} {head.hash.hex()} {sale.key}\\n")
        sys.stdout.flush()
    journal.mark_told(sale.key)
    journal.rest()
"""


@pytest.mark.parametrize("lines", [1, 2, 3, 5, 40, 77])
def test_no_acknowledged_row_is_lost(folder, lines):
    acknowledged: list[str] = []
    for _ in range(2):  # and again, on what the first one left
        writer = subprocess.Popen(
            children.command(WRITER, folder), env=children.environment(), stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        with writer.stdout:
            new = [writer.stdout.readline() for _ in range(lines)]
            os.kill(writer.pid, signal.SIGKILL)
            new += writer.stdout.readlines()
        assert writer.wait() == -signal.SIGKILL
        acknowledged += [line for line in new if line.endswith("\n")]
    journal = opened(folder, Clock())
    for line in acknowledged:
        sequence, row_hash, _ = line.split()
        assert journal.holds(int(sequence), bytes.fromhex(row_hash)) is True
    assert journal.head.sequence - int(acknowledged[-1].split()[0]) in {0, 1}
    assert all(leg.state not in SETTLED for leg in journal.unsettled())
    assert len(journal.unsettled()) <= 2
    journal.close()
    assert all(isinstance(report, SoundFile) for report in verify(folder))
