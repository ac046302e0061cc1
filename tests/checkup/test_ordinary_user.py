"""doctor as an ordinary user of the machine: what could not be looked at is said as such, neither as well nor as ill.

The till's files are another user's. Where whoever runs the tests is not root, nobody can become somebody else.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hw_sim.world import enrol
from pos_bridge.checkup import table
from pos_bridge.cli.doctor import NOT_ALL_SEEN
from tests.backup.till import Till
from tests.config.documents import IDENTITY

SERVICE, ORDINARY = 64_001, 64_002
# Twice: as root, which loads all that is wanted of this program, whose folder an ordinary user may not get to.
TWICE = """
import contextlib, io, json, os, sys
from pos_bridge.cli.main import main
told = []
for user in (0, int(sys.argv[1])):
    if user:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main(["doctor", "--json", "--config", sys.argv[2]])
    told.append([code, json.loads(said.getvalue())])
print(json.dumps(told))
"""
# As above, of several commands: what each prints on standard error, and its code.
EACH = """
import contextlib, io, json, os, sys
from pos_bridge.cli.main import main
told = []
for user in (0, int(sys.argv[1])):
    if user:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        told.clear()
    for words in json.loads(sys.argv[3]):
        wrong = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(wrong):
            code = main([words[0], "--config", sys.argv[2], *words[1:], "--lang", "en"])
        told.append([code, wrong.getvalue()])
print(json.dumps(told))
"""
COMMANDS = (
    ["audit", "verify"],
    ["audit", "show"],
    ["journal"],
    ["journal", "--verify"],
    ["day-end"],
    ["explain", "6f1c2f3e-8a58-4f0e-9d5b-0c6b1f2a7d11"],
    ["statistics", "--month", "2026-11"],
    ["operator", "list"],
    ["backup", "--drill"],
    ["backup"],
    ["check"],
)
MORE = """
[native]
socket = "native/till.sock"
[operators]
[network]
denied = "counters/denied"
"""
TOPICS = {line.check: table.name(topic) for topic in table.LOOKS for line in table.lines(topic)}
USUAL = {
    "engine",
    "configuration",
    "permissions",
    "processor",
    "journal",
    "audit_trail",
    "operators",
    "people",
    "erasures",
    "backups",
    "firewall",
}
ON_SOME = {"programs"}  # where a login prompt runs, only root sees on which terminal
Told = tuple[int, list[dict[str, str]]]


@pytest.fixture
def till() -> Iterator[Till]:
    """In a folder that everybody gets to."""
    with tempfile.TemporaryDirectory(prefix="doctor-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        enrol(folder / "world", folder, "P400-123456789")
        till = Till(folder)
        (folder / "api.key").write_text("0123456789abcdef\n")
        with closing(socket.create_server(("127.0.0.1", 0))) as taken:  # nobody's once it is closed
            port = taken.getsockname()[1]
        till.settings(identity=IDENTITY + 'erasures_copy = "share/erasures"\n', more=MORE)
        till.config.write_text(till.config.read_text().replace("8443", str(port)))
        till.sell(months=1)
        till.keep_people()
        till.back_up()
        for place in ("native", "counters", "share"):
            (folder / place).mkdir(mode=0o755)
        (folder / "counters" / "denied").touch()
        (folder / "share" / "erasures").write_bytes(till.ledger.read_bytes() if till.ledger.exists() else b"")
        for path in folder.rglob("*"):
            os.chown(path, SERVICE, SERVICE)
            if path.suffix == ".key":
                path.chmod(0o600)
        yield till


def looked(till: Till) -> tuple[Told, Told]:
    """As root, and as an ordinary user."""
    command = [sys.executable, "-B", "-P", "-c", TWICE, str(ORDINARY), str(till.config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    first, second = (tuple(each) for each in json.loads(done.stdout))
    return first, second


def unseen(found: list[dict[str, str]]) -> set[str]:
    """The topics of which something was not seen."""
    told = [each for each in found if each["weight"] == "unseen"]
    return {each["en"].partition(":")[0] if each["check"] == "look" else TOPICS[each["check"]] for each in told}


def only(folder: Path, *names: str) -> None:
    """These are open to their owner alone, and to nobody else what is in them."""
    for name in names:
        for path in (folder / name, *(folder / name).rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)


def files_only(folder: Path) -> None:
    """Every folder lets everybody in, and no file but the settings is theirs to read."""
    for path in folder.rglob("*"):
        if not path.is_socket():
            path.chmod(0o755 if path.is_dir() else 0o644 if path.suffix == ".toml" else 0o600)


CLOSED: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "as on a till": (lambda folder: only(folder, "state", "shelf"), USUAL),
    "every file": (files_only, USUAL - {"permissions", "operators"} | {"pinned", "certificates"}),
    "shares and sockets, too": (
        lambda folder: only(folder, "state", "shelf", "native", "counters", "share"),
        USUAL | {"native"},
    ),
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_closed_is_told_as_not_seen(till, name):
    if os.geteuid() != 0:
        return
    close, expected = CLOSED[name]
    close(till.folder)
    (_, by_root), (code, found) = looked(till)
    assert "look" not in {each["check"] for each in by_root}
    said_by_root = [(each["check"], each["weight"], each["en"]) for each in by_root]
    for each in found:
        assert each["weight"] == "unseen" or (each["check"], each["weight"], each["en"]) in said_by_root, each
    assert unseen(found) - unseen(by_root) - ON_SOME == expected
    left_out = {each["check"] for each in by_root} - {each["check"] for each in found}
    assert {TOPICS[check] for check in left_out} <= unseen(found)
    assert code & NOT_ALL_SEEN
    assert not [each for each in found if "not_a_pair" in each["en"]]
    (settings,) = (each["en"] for each in found if each["check"] == "configuration")
    assert "[file_closed]" in settings
    assert "run it again as root" in settings


def test_a_command_that_is_closed_to_somebody_says_so_in_a_line(till):
    """No traceback, and never that there is nothing."""
    if os.geteuid() != 0:
        return
    only(till.folder, "state", "shelf")
    command = [sys.executable, "-B", "-P", "-c", EACH, str(ORDINARY), str(till.config), json.dumps(COMMANDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    for words, (code, wrong) in zip(COMMANDS, json.loads(done.stdout), strict=True):
        assert code in {1, 2}, (words, wrong)
        assert wrong.count("\n") == 1, (words, wrong)
        assert "root" in wrong or "try `pos-bridge journal --verify`" in wrong, (words, wrong)
