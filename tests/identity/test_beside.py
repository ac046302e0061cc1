"""Commands beside an engine: two real processes have the vault, one of them renews it, nothing of either is lost."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import epoch
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.renewal import NEXT
from pos_bridge.identity.renewing import OWED, Progress, owe
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import BESIDE, KEY, as_member, content
from tests.identity.peopled import renewed, said
from tests.journal import children
from tests.power.recorder import recording
from tests.power.tape import Operation, Removed, Renamed, Synced, Wrote

# Does as it is told, a word a line, and answers each with a line.
PROGRAM = """
import sys
from pathlib import Path
from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import renewal, renewing
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.vault_file import VaultFile
from tests.identity.makers import KEY, as_member
from tests.identity.peopled import renewed
vault = VaultFile(Path(sys.argv[1]), KEY)
persons = PersonFile(vault, vault.enter)
renewal._BATCH, renewing.SLICE_S = 4, 0.0
for line in sys.stdin:
    word, *rest = line.split()
    match word:
        case "open": answer = len(vault.held())
        case "buy":
            leg = LegKey.parse(rest[0])
            vault.hold(leg, (as_member(rest[1]),))
            vault.keep(leg)
            answer = len(vault.known(leg))
        case "erase": answer = persons.erase(Chouchous(rest[0])) is not None
        case "knows": answer = persons.person(Chouchous(rest[0])) is not None
        case "step": answer = vault.renew().name
        case "renew": answer = renewed(vault).name
        case "close": answer = vault.close()
    print(answer, flush=True)
"""


class Other:
    def __init__(self, command: tuple[str, ...] | list[str]) -> None:
        self.process = subprocess.Popen(
            command, env=children.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, *words: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def ask(self, *words: object) -> str:
        self.tell(*words)
        return self.hear()


@contextmanager
def started(command: tuple[str, ...] | list[str]) -> Iterator[Other]:
    other = Other(command)
    try:
        yield other
    finally:
        other.process.kill()
        other.process.communicate()


@pytest.fixture
def other(legs, path) -> Iterator[Other]:
    with started(children.command(PROGRAM, path)) as other:
        assert other.ask("open") == "2"
        yield other


def names(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()} - {"vault.db-wal", "vault.db-shm"}


def test_a_command_erases_while_an_engine_has_it_open_and_the_engine_renews(vault, path, legs, other):
    """The engine is this process; it goes on with what the command left."""
    engine = PersonFile(vault, vault.enter)
    first, second, third = (LegKey.fresh() for _ in range(3))
    vault.hold(first, (as_member("NEW-1"),))
    assert other.ask("buy", second, "NEW-2") == "1"
    assert other.ask("erase", "M-1") == "True"
    assert other.ask("renew") == "WAITING", "the engine has it open"
    vault.keep(first)
    assert engine.person(Chouchous("M-1")) is None
    assert vault.owed().renewal
    assert other.ask("close") == "None"
    assert renewed(vault) is Progress.DONE
    assert other.ask("buy", third, "NEW-3") == "1", "it opens the new one"
    assert other.ask("knows", "M-1") == "False"
    assert all(map(vault.known, (first, second, third)))
    assert {Chouchous(f"NEW-{n}") for n in (1, 2, 3)} < set(content(path).persons)
    assert not vault.owed().renewal


def test_an_engine_that_renews_has_to_begin_again_for_a_command(vault, path, legs, other):
    before = epoch.candidates(path.parent)
    assert other.ask("erase", "M-1") == "True"
    assert other.ask("close") == "None"
    owe(path.parent)
    with closing(VaultFile(path, KEY)) as engine:
        assert other.ask("step") == "WORKING"
        assert engine.renew() is Progress.WAITING, "the other one renews"
        assert PersonFile(engine, engine.enter).erase(Chouchous("M-2"))
        assert other.ask("renew") == "CHANGED"
        assert other.ask("renew") == "WAITING", "this one has it open"
    vault.close()
    assert [other.ask("renew") for _ in range(2)][-1] == "DONE"
    assert other.ask("close") == "None"
    assert epoch.candidates(path.parent) != before
    assert {Chouchous("M-1"), Chouchous("M-2")} & set(content(path).persons) == set()
    assert names(path) == {"vault.db", "erasures"} | BESIDE


def test_an_engine_that_is_killed_leaves_the_lock_and_the_renewal_to_the_next(vault, path, legs, other):
    before = said(vault, path, legs)
    vault.close()
    owe(path.parent)
    assert other.ask("step") == "WORKING"
    other.process.send_signal(signal.SIGKILL)
    other.process.wait()
    assert epoch.renewing(path.parent)
    assert said(vault, path, legs) == before
    assert not epoch.renewing(path.parent), "what was begun is thrown away"
    assert renewed(vault) is Progress.DONE
    assert said(vault, path, legs) == before


# ---- killed at each step of putting the new file in place ----

KILLED_AT: dict[str, tuple[type[Operation], str]] = {
    "the next secret is not named": (Renamed, "state/vault.epoch.next.part"),
    "the new file is not synced": (Synced, "state/vault.db" + NEXT),
    "the old log is not gone": (Removed, "state/vault.db-wal"),
    "the new file is not in place": (Renamed, "state/vault.db" + NEXT),
    "the old secret is there": (Wrote, "state/vault.epoch"),
    "the old secret is not synced away": (Synced, "state/vault.epoch"),
    "the next secret is not in place": (Renamed, "state/vault.epoch.next"),
    "it is still owed": (Removed, f"state/{OWED}"),
}


@pytest.mark.parametrize("moment", KILLED_AT)
def test_killed(vault, path, legs, moment):
    vault.close()
    with recording(path.parent.parent) as recorder:
        kind, where = KILLED_AT[moment]
        with started(recorder.command(*children.command(PROGRAM, path))) as engine:
            assert engine.ask("erase", "M-1") == "True"
            with closing(VaultFile(path, KEY)) as now:
                after = said(now, path, legs)
            recorder.stop_before = lambda operation: (
                isinstance(operation, kind) and getattr(operation, "path", None) == where
            )
            engine.tell("renew")
            assert recorder.stopped.wait(60)
            engine.process.wait()
    with closing(VaultFile(path, KEY)) as again:
        again.held()
        assert not epoch.renewing(path.parent)
        assert said(again, path, legs) == after
        assert Chouchous("M-1") not in after.content.persons
        assert again.owed().renewal, "still, or once more"
        assert renewed(again) is Progress.DONE
        assert said(again, path, legs) == after
    assert names(path) == {"vault.db", "erasures"} | BESIDE
