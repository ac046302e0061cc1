"""A till with something in every file, without an engine: its settings, its keys, and the age keys of a chain."""

import json
import os
import shutil
import subprocess
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyrage import x25519

from pos_bridge.backup.make import Made, Plan, make
from pos_bridge.cli.main import main
from pos_bridge.domain.identity import Chouchous
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity.person_file import PersonFile
from pos_bridge.identity.vault_file import VaultFile
from pos_bridge.journal.journal_file import JournalFile
from pos_bridge.registers.trail_file import TrailFile
from tests.config.documents import DOCUMENT, IDENTITY
from tests.identity.makers import KEY
from tests.identity.peopled import people, renewed
from tests.journal.makers import Clock, card, cash
from tests.registers.makers import read

NOW = datetime(2026, 11, 23, 14, 40, 12, tzinfo=UTC)


@dataclass
class Till:
    """`folder` has the settings, the state, the shelf of backups, and `desk`: what is kept away from any till."""

    folder: Path
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    office: x25519.Identity = field(default_factory=x25519.Identity.generate)
    officer: x25519.Identity = field(default_factory=x25519.Identity.generate)
    legs: list[LegKey] = field(default_factory=list)
    now: datetime = NOW

    def __post_init__(self) -> None:
        for name in ("state", "shelf", "desk"):
            (self.folder / name).mkdir(mode=0o700)
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for name, content in (("terminal.key", secret), ("vault.key", KEY)):
            (self.folder / name).write_bytes(content)
            (self.folder / name).chmod(0o600)
        for name, identity in (("office", self.office), ("officer", self.officer)):
            self.identity(name).write_text(f"# created: 2026\n# public key: {identity.to_public()}\n{identity}\n")
        self.settings()

    def settings(self, backup: str | None = None, identity: str = IDENTITY, more: str = "") -> None:
        section = f"""
[backup]
folder = "shelf"
journal_recipient = "{self.office.to_public()}"
vault_recipient = "{self.officer.to_public()}"
"""
        self.config.write_text(DOCUMENT + identity + more + (section if backup is None else backup))

    @property
    def config(self) -> Path:
        return self.folder / "pos-bridge.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def shelf(self) -> Path:
        return self.folder / "shelf"

    @property
    def ledger(self) -> Path:
        return self.state / "erasures"

    def identity(self, name: str) -> Path:
        return self.folder / "desk" / f"{name}.txt"

    def sell(self, sales: int = 3, months: int = 1) -> None:
        """Cash, and a card sale that is left open, a month and the next."""
        clock = Clock(NOW - timedelta(days=31 * (months - 1)))
        with closing(JournalFile.open(self.state / "journal", 1, clock)) as journal:
            for month in range(months):
                if month:
                    clock.turn(days=31)
                for _ in range(sales):
                    journal.open_leg(cash())
            journal.open_leg(card())

    def keep_people(self) -> None:
        with closing(self.vault()) as vault:
            self.legs = people(vault)
        trail = TrailFile(self.state / "audit.db")
        for _ in range(3):
            trail.note(read())

    def vault(self) -> VaultFile:
        return VaultFile(self.state / "vault.db", KEY)

    def erase(self, member: str) -> None:
        with closing(self.vault()) as vault:
            assert PersonFile(vault, vault.enter).erase(Chouchous(member)) is not None
            renewed(vault)

    def has(self, member: str) -> bool:
        with closing(self.vault()) as vault:
            return PersonFile(vault).person(Chouchous(member)) is not None

    def plan(self, **other: Any) -> Plan:
        parts: dict[str, Any] = {
            "state": self.state,
            "folder": self.shelf,
            "till": 1,
            "for_journal": self.office.to_public(),
            "for_persons": self.officer.to_public(),
            "key": self.key,
        }
        return Plan(**(parts | other))

    def back_up(self, **other: Any) -> Made:
        return make(self.plan(**other), lambda: self.now)

    def run(self, *words: str | Path, lang: str = "en") -> int:
        """`pos-bridge WORDS`, in this process."""
        return main([*map(str, words), "--config", str(self.config), "--lang", lang])

    def restore(self, *words: str | Path, erasures: Path | None = None, lang: str = "en") -> int:
        """Of the newest backup, with both keys."""
        (manifest,) = sorted(self.shelf.glob("*.manifest"))[-1:]
        given = () if erasures is None else ("--erasures", erasures)
        keys = ("--identity", self.identity("office"), "--identity", self.identity("officer"))
        return self.run("restore", "--from", manifest, *keys, *given, *words, lang=lang)

    def lose(self) -> Path:
        """The disk is another, and the ledger of erasures is what there is off the till."""
        copy = self.folder / "desk" / "erasures"
        shutil.copyfile(self.ledger, copy)
        shutil.rmtree(self.state)
        return copy

    def files(self) -> list[str]:
        return sorted(path.name for path in self.shelf.iterdir())


def opened_by_age(file: Path, identity: Path, into: Path) -> list[str]:
    """What Debian's own age and tar find in it."""
    into.mkdir(exist_ok=True)
    with subprocess.Popen(["age", "--decrypt", "-i", identity, file], stdout=subprocess.PIPE) as age:
        told = subprocess.run(
            ["tar", "--extract", "--verbose", "--directory", into], stdin=age.stdout, capture_output=True, check=True
        )
    assert age.returncode == 0
    return told.stdout.decode().split()


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(manifest: Path) -> dict[str, Any]:
    """What it says, without its signature."""
    text = manifest.read_text().partition("\nsignature")[0]
    found: dict[str, Any] = json.loads(text)
    return found


def flipped(file: Path, at: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(at, os.SEEK_SET if at >= 0 else os.SEEK_END)
        byte = opened.read(1)[0]
        opened.seek(-1, os.SEEK_CUR)
        opened.write(bytes([byte ^ 1]))
