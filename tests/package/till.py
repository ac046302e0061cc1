"""A machine with the package on it, run by its manual: the steps as written, and what is seen of it from out here."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hw_sim.running import RunningStore
from tests.config.documents import OPEN, SECRETS
from tests.package.machine import Machine, machine
from tests.package.packages import ROOT, Built
from tests.surfaces.accounts import SETTLED, Row, journal_rows, last_rows
from tests.surfaces.book import Book, until

MANUAL, UPGRADE = (ROOT / f"docs/{name}.md" for name in ("install-on-a-till", "upgrade"))
READER = "/dev/reader0"
ENGINE = "pos-bridge.service"


@dataclass(frozen=True, slots=True)
class Till:
    """A machine with the package, a book of what was sold at it, and the numbers of its users."""

    machine: Machine
    book: Book
    folder: Path
    built: Built

    def follow(self, *steps: int) -> None:
        """Carry out these steps of the manual, as written."""
        for step in steps:
            self.machine.run("sh", "-eu", "-c", "cd /root\n" + commands()[step])

    def engine(self) -> int:
        return self.machine.main_pid(ENGINE)

    def host_pid(self, pid: int) -> int:
        """Its number out here."""
        for status in Path("/proc").glob("[0-9]*/status"):
            found = re.search(rf"^NSpid:\t(\d+)\t(?:\d+\t)*{pid}$", status.read_text(), re.MULTILINE)
            if found and status.with_name("ns").joinpath("cgroup").readlink() == self._cgroups():
                return int(found[1])
        raise AssertionError(pid)

    def _cgroups(self) -> Path:
        return Path(f"/proc/{self.machine.leader}/ns/cgroup").readlink()

    def python(self) -> str:
        (folder,) = (self.machine.root / "opt/pos-bridge/lib").iterdir()
        return folder.name

    def uid(self, user: str) -> int:
        return int(self.machine.says("id", "-u", user))


@contextmanager
def fresh(built: Built, system: Path, folder: Path, store: RunningStore) -> Iterator[Till]:
    """A machine beside that store, with the package's file and the chain's keys in /root, and nothing installed."""
    book = Book(store)
    store.do("engine", "kill")
    pty = os.path.realpath(store.facts["readers"][0]["device"])
    with machine(system, folder / "machine", [f"{pty}:{READER}"]) as made:
        made.put(built.package)
        for name in (*SECRETS, *OPEN):
            shutil.copyfile(Path(store.facts["config"]).parent / name, made.root / "root" / name)
        yield Till(made, book, folder, built)
    book.mode("up")


def commands() -> dict[int, str]:
    """The manual's numbered steps and the shell commands under each."""
    found: dict[int, str] = {}
    for part in re.split(r"^## (?=\d+\. )", MANUAL.read_text(), flags=re.MULTILINE)[1:]:
        number = int(part.split(".")[0])
        found[number] = "\n".join(re.findall(r"^```sh\n(.*?)^```$", part, re.MULTILINE | re.DOTALL))
    return found


def where_it_fits(word: str) -> str:
    """The manual's commands that not every till wants: the block that has that word."""
    blocks: list[str] = re.findall(r"^```\n(.*?)^```$", MANUAL.read_text(), re.MULTILINE | re.DOTALL)
    (block,) = (text for text in blocks if word in text)
    return block


def indented(document: Path, heading: str) -> list[str]:
    """The commands under that heading, where they stand indented: one text for each place of the page."""
    part = document.read_text().split(f"\n## {heading}\n")[1].partition("\n## ")[0]
    found = re.findall(r"(?:^(?: {7}| {4})\S.*\n)+", part + "\n", re.MULTILINE)
    return [re.sub(r"^ +", "", text, flags=re.MULTILINE) for text in found]


def settle_in(till: Till, processor: str | None = None) -> None:
    """Install and configure by the manual, and sell. `processor`: where it is seen from the till, if not as the store
    says.
    """
    till.follow(1, 2, 3)
    config = till.machine.root / "etc/pos-bridge/pos-bridge.toml"
    facts = till.book.store.facts
    port = facts["nexo_url"].rsplit(":", 1)[1].split("/")[0]
    text = config.read_text()
    for old, new in {
        '"192.0.2.10:443"': f'"{processor or facts["processor"]}"',
        '"processor.example"': '"processor.pos-bridge.test"',
        "[nexo]": f"[nexo]\nport = {port}",
        "[card_room]": '[card_room]\naccepts = ["swap", "hibernation", "crash_dump", "usb_monitor"]  # of this machine',
        '"/dev/serial/by-id/usb-example"': f'"{READER}"',
    }.items():
        assert old in text
        text = text.replace(old, new)
    config.write_text(text)
    till.follow(4, 5)
    may_read_the_pty(till, int(port))
    till.follow(6)
    assert till.machine.state(ENGINE) == "active"
    assert till.book.pay().paid


def may_read_the_pty(till: Till, port: int) -> None:
    """What the simulated store is otherwise than a shop: its port, and a reader that is a pseudoterminal."""
    folder = till.machine.root / "etc/systemd/system/pos-bridge-card@.service.d"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "simulated.conf").write_text("[Service]\nDeviceAllow=char-pts rw\n")
    till.machine.run("sh", "-eu", "-c", where_it_fits("pos-bridge.socket.d").replace("PORT", str(port)))
    till.machine.run("systemctl", "daemon-reload")
    till.machine.run("chgrp", "posb-card", READER)
    till.machine.run("chmod", "660", READER)


def rows_of(till: Till) -> list[Row]:
    return journal_rows(till.machine.root / "var/lib/pos-bridge/journal")


def settled_rows(till: Till) -> list[Row]:
    """Once the last payment is captured too: the till is told before."""
    until(lambda: {row.step for row in last_rows(rows_of(till))} <= SETTLED)
    return rows_of(till)


def charged(till: Till) -> dict[str, int]:
    states = [row["state"] for row in till.book.held()]
    return {state: states.count(state) for state in sorted(set(states))}


def facts_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)
