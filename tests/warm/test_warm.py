"""An engine that begins warm is the store's own child, of the shipped program, and lives and dies like any other."""

import os
import signal
from pathlib import Path

from tests.processes import descendants, survivors
from tests.stores import whole_store
from tests.warm.store import WARM


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_it_sells_and_is_killed_and_started_again(tmp_path: Path):
    pids = []
    with whole_store(tmp_path, program=WARM) as store:
        for _ in range(2):
            pids.append(store.facts["engine_pid"])
            assert parent(pids[-1]) == store.process.pid
            assert b"PYTHONMALLOC=malloc" in Path(f"/proc/{pids[-1]}/environ").read_bytes()
            assert os.getsid(pids[-1]) == pids[-1]
            assert store.till().pay("10.00", cash=True).result == "Success"
            with store.customer("visa"):
                assert store.till().pay("12.00").result == "Success"
            store.do("engine", "kill")
            assert not Path(f"/proc/{pids[-1]}").exists()
            store.do("engine", "restart")
    assert len({*pids}) == 2


def test_what_stops_its_start_is_told_in_its_own_words(tmp_path: Path):
    with whole_store(tmp_path, program=WARM) as store:
        key = Path(store.facts["config"]).with_name("api.key")
        kept = key.read_bytes()
        key.write_bytes(b"")
        refused = store.sim("engine", "restart")
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "api.key" in refused.stderr
        key.write_bytes(kept)
        store.do("engine", "restart")
        assert store.till().pay("10.00", cash=True).result == "Success"


def test_nothing_of_it_outlives_a_store_that_is_killed(tmp_path: Path):
    with whole_store(tmp_path, program=WARM) as store:
        left = descendants(store.process.pid)
        os.kill(store.process.pid, signal.SIGKILL)
        store.process.wait()
    assert len(left) >= 4, "the processor, the warm program, the engine, its card room"
    assert not survivors(left)
