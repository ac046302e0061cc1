"""The store's engine, killed and restarted."""

import os
import signal
from pathlib import Path

import pytest

from tests.hw_sim.store.conftest import Opened
from tests.hw_sim.store.looks import is_listening, port_of, temper, wait_until_gone
from tests.processes import descendants

# ---- the engine, killed and restarted ----


def test_the_engine_is_killed_and_restarted(tmp_path: Path, opened: Opened):
    temper(tmp_path, "room")
    with opened(tmp_path) as store:
        first = store.facts
        port = port_of(first["nexo_url"])
        assert len(descendants(store.process.pid)) == 3
        store.do("engine", "kill")
        assert not is_listening(port)
        assert not Path(f"/proc/{first['engine_pid']}").exists()
        assert len(descendants(store.process.pid)) == 1  # its room is gone too
        store.do("engine", "kill")  # dead already
        store.do("engine", "restart")
        second = store.facts
        assert is_listening(port)
        assert second["engine_pid"] != first["engine_pid"]
        assert {**second, "engine_pid": 0} == {**first, "engine_pid": 0}
        store.do("engine", "restart")  # alive
        assert store.facts["engine_pid"] not in {first["engine_pid"], second["engine_pid"]}
        assert is_listening(port)


def test_an_engine_that_does_not_restart_speaks_for_itself(tmp_path: Path, opened: Opened):
    with opened(tmp_path) as store:
        temper(tmp_path, "broken")
        failed = store.sim("engine", "restart")
        assert failed.returncode == 1
        assert failed.stderr.endswith("pos-bridge.toml: till.number: a number is wanted\n")
        assert len(failed.stderr.splitlines()) == 1
        assert store.do("processor", "ledger").strip() == "[]"  # the store lives
        temper(tmp_path, "")
        store.do("engine", "restart")
        assert is_listening(port_of(store.facts["nexo_url"]))


def test_an_engine_that_dies_stays_dead(tmp_path: Path, capfd: pytest.CaptureFixture[str], opened: Opened):
    with opened(tmp_path) as store:
        facts = store.facts
        engine = {process for process in descendants(store.process.pid) if process.pid == facts["engine_pid"]}
        os.kill(facts["engine_pid"], signal.SIGKILL)
        wait_until_gone(engine)
        assert not is_listening(port_of(facts["nexo_url"]))
        store.do("engine", "restart")
        assert is_listening(port_of(facts["nexo_url"]))
    assert "the engine ended by itself with code -9" in capfd.readouterr().err
