"""doctor on a whole simulated till that sells, and on one that stands still: all is looked at, nothing is changed."""

import hashlib
import json
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from hw_sim.running import RunningStore
from pos_bridge.checkup import audit_trail, erasures, journal, operators, people
from pos_bridge.checkup.finding import Weight
from pos_bridge.config import settings
from pos_bridge.config.file import read
from pos_bridge.config.people import Identity
from pos_bridge.config.upkeep import Operators as OperatorSettings
from tests import former_till
from tests.backup.till import Till
from tests.checkup.finds import line
from tests.identity.makers import given_details
from tests.identity.peopled import PEOPLE
from tests.operators import former
from tests.plain_till import plain_till

OF_SQLITE = "-shm"  # the index of a log that is in use: it notes readers there


def doctor(store: RunningStore) -> tuple[int, list[dict[str, str]]]:
    command = [sys.executable, "-B", "-P", "-m", "pos_bridge", "doctor", "--json", "--config", store.facts["config"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def tree(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Every name, with mode, owner, time and content of what it names."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.name.endswith(OF_SQLITE):
            continue
        seen = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (seen.st_mode, seen.st_uid, seen.st_mtime_ns, content)
    return found


def files(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """The same of files alone: a folder's time is also that of an index that came and went."""
    return {name: seen for name, seen in tree(folder).items() if seen[-1]}


def quiet(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Once an engine that answered has written down what it still had to."""
    before = tree(folder)
    while True:
        time.sleep(0.5)
        now = tree(folder)
        if now == before:
            return now
        before = now


@pytest.fixture
def engine(store: RunningStore) -> Path:
    return read(Path(store.facts["config"])).file.parent


def test_a_till_that_sells(store, engine):
    """On a simulated store nothing is at risk; what is to be mended is that it is one."""
    assert store.till().pay("10.00", cash=True).result == "Success"
    before = quiet(engine)
    code, found = doctor(store)
    assert tree(engine) == before
    assert code == 1
    ill = {each["check"] for each in found if each["weight"] == Weight.MEND.name.lower()}
    no_firewall = {"firewall", "firewall_users", "denied"}
    assert ill <= {"service_user", "believed_file", "erasures_copy", "backup", "pcscd_socket", *no_firewall}
    assert {each["weight"] for each in found} == {"good", "note", "mend"}
    assert {"engine", "configuration", "processor", "clock", "journal_chain", "audit_trail", "disk_space"} <= {
        each["check"] for each in found if each["weight"] == "good"
    }
    assert store.till().pay("10.00", cash=True).result == "Success", "its session is the engine's still"


def test_its_session_stays_the_engines(store, engine):
    """A session of doctor's own would be told of in the log, as lost and opened again, at the next sale."""
    with store.customer("visa"):
        assert store.till().pay("12.00").result == "Success"
    doctor(store)
    with store.customer("visa"):
        assert store.till().pay("12.00").result == "Success"
    log = (engine / "log" / "pos-bridge.log").read_text()
    assert log.count("SessionOpened") == 1


def test_a_till_that_was_killed(store, engine):
    """What lies in its logs is read, and left for the engine."""
    assert store.till().pay("10.00", cash=True).result == "Success"
    store.do("engine", "kill")
    try:
        before = tree(engine)
        code, found = doctor(store)
        assert tree(engine) == before
    finally:
        store.do("engine", "restart")
    assert code == 7, "the locks of an engine that does not run are not seen"
    assert [each["check"] for each in found if each["weight"] == "stop"] == ["engine"]
    assert "journal_chain" in {each["check"] for each in found if each["weight"] == "good"}


def test_a_till_that_stands_still(tmp_path, capsys):
    """With everything in its state: nothing is made beside it."""
    till = Till(tmp_path)
    till.sell(months=2)
    till.keep_people()
    till.back_up()
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:  # nobody's once it is closed
        port = taken.getsockname()[1]
    till.config.write_text(till.config.read_text().replace("8443", str(port)))
    before = tree(tmp_path)
    assert till.run("doctor", "--json") == 7
    assert tree(tmp_path) == before
    assert not list(tmp_path.rglob("*-shm"))
    told = capsys.readouterr().out
    said = given_details().given
    assert not [text for _, text in said if text in told]
    assert not [choice for choice in PEOPLE if getattr(choice, "member", "W-") in told]
    found = {each["check"]: each["weight"] for each in json.loads(told)}
    assert [found[check] for check in ("journal_chain", "audit_trail", "erasures_renewal")] == ["good"] * 3
    assert "look" not in found


def test_a_till_of_the_version_before_that_was_killed(tmp_path):
    """Its files are looked at as they are, and left to whoever acts on them to be made anew."""
    former_till.lay(tmp_path)
    folder = tmp_path / "engine"
    config = plain_till(
        folder,
        till=settings.Till(poiid="P400-123456789", number=7, state_dir="state", signing_key="terminal.key"),
        identity=Identity(vault_key="vault.key", programme="Chouchous", programme_text="2026-11"),
        operators=OperatorSettings(),
    )
    former.lay(config.operator_store, 2)
    before = files(folder)
    looked = [topic.look(config) for topic in (journal, audit_trail, operators, people, erasures)]
    found = [each for findings in looked for each in findings]
    assert files(folder) == before
    assert {journal.SOUND, operators.OF_BEFORE, people.RETAINED} <= set(map(line, found))
