"""`make bench` works: two rounds of everything, and every row is there. How fast it was is not a test's business."""

import json
import os
import subprocess
import sys
from pathlib import Path

from hw_sim.store import tether
from pos_bridge.journal.verify import SoundFile, verify

ROOT = Path(__file__).parents[2]

ROWS = [
    "card sale: swipe to the till's answer, p50",
    "  its p99 to its p50",
    "  of it, swipe to Authorise at the processor",
    "  of it, from there to the till's answer",
    "card sale: ask to lamp, without the 50 ms of silence",
    "  the driver's silence before the lamp",
    "card sale: all added latency, p50",
    "sales a second, one lane",
    "  of the floor: three append+fdatasync",
    "  of the floor: pty round trip",
    "  of the floor: HPKE seal",
    "  of the floor: TCP echo",
    "  of the floor: TLS echo",
    "durable steps before the till's answer",
    "  of them while the card is awaited",
    "HTTPS leg: a nexo Logout, answered",
    "32 tills' status polls while a payment runs, p50",
    "  their p99",
    "  the payment meanwhile, swipe to answer, p50",
    "gRPC leg: an Authorise, answered",
    "  beside raw TLS",
    "journal commit",
    "request decoded and validated",
    "  beside pydantic",
    "log event",
    "journal commit at 9 000 rows",
    "journal look-up at 9 000 rows, this month",
    "journal look-up at 9 000 rows, 17 months back",
    "journal opened at 9 000 rows",
    "vault: look-up at 1 000 persons",
    "vault: enrolment at 1 000 persons",
    "  beside an append and its sync",
    "vault: access to a person's data at 1 000 persons",
    "  beside the same at 1000",
    "vault: erasure at 1 000 persons, the file written anew",
    "  beside an append and its sync",
    "card room, start to locked and ready",
    "card room, swipe to sealed",
    "chip: one exchange through pcscd",
    "chip: a whole sale's conversation",
    "chip: BER-TLV of 28 objects parsed",
    "engine, start to ready",
    "engine, idle, resident",
]


def test_a_short_run_gives_every_row(tmp_path):
    command = [
        sys.executable,
        "-m",
        "benchmarks",
        "--rounds",
        "2",
        "--rows",
        "9000",
        "--persons",
        "1000",
        "--folder",
        str(tmp_path),
    ]
    tethered = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command]
    done = subprocess.run(
        [*tethered, "--json", str(tmp_path / "bench.json")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    written = json.loads((tmp_path / "bench.json").read_text())
    assert [figure["figure"] for figure in written["figures"]] == ROWS
    assert written["rounds"] == 2
    for figure in written["figures"]:
        assert figure["measured"] > 0
        assert figure["figure"].strip() in done.stdout
    steps = {figure["figure"]: figure["measured"] for figure in written["figures"]}
    assert steps["durable steps before the till's answer"] == 2
    made = [path for path in tmp_path.iterdir() if path.name.startswith("journal-")]
    assert sorted(path.name.rpartition("-")[0] for path in made) == ["journal-1000", "journal-9000"]
    assert [path.name.rpartition("-")[0] for path in tmp_path.glob("vault-*")] == ["vault-1000"]
    for folder in made:  # what was measured was a journal: as it is checked on a till
        reports = verify(folder)
        assert all(isinstance(report, SoundFile) for report in reports)
        assert len(reports) in {1, 72}
