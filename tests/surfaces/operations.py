"""What IT does beside a till that sells, in a whole store: set up, enrol, back up, try, restore; and what it finds."""

import contextlib
import io
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyrage import x25519

from hw_sim.enrolment.faults import Fault
from hw_sim.enrolment.folder import Folder
from hw_sim.store import control
from hw_sim.store.layout import Layout
from pos_bridge.cli.main import main
from tests.cli.certificates import signed
from tests.surfaces.book import Book, until
from tests.surfaces.shop import Shop

POIID = "P400-123456789"
PAIR = "processor-pair.pem"
DUE_S, LONG_S = 1200, 30 * 86_400  # they begin an hour ago: of 20 minutes more, two thirds are over
_SECTIONS = """
[enrolment]
url = "{url}"
[backup]
folder = "{shelf}"
journal_recipient = "{office}"
vault_recipient = "{officer}"
"""
_ANSWERS = {
    "poiid": POIID,
    "number": 7,
    "state_dir": "state",
    "processor": "127.0.0.1:50051",
    "server_name": "processor.pos-bridge.test",
    "merchant_id": "CLEMENT-001",
    "root": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "device": "/dev/ttyS0",
    "programme": "Chouchous",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A command's exit code and what it said, on standard output and error."""

    code: int
    said: str
    wrong: str


def tree(folder: Path) -> dict[str, bytes]:
    """What is there, but for the files by which SQLite's readers and writers know of each other."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): path.read_bytes() for path in files if not path.name.endswith(("-shm", "-wal"))}


def answered(folder: Path, url: str, token: str) -> None:
    """What IT brings to a new till: the answers, a medium for the store's authority, and a token."""
    (folder / "medium").mkdir(parents=True, exist_ok=True)
    told = {**_ANSWERS, "enrolment": url}
    (folder / "answers").write_text("".join(f"{name} = {json.dumps(each)}\n" for name, each in told.items()))
    (folder / "token").write_text(token)


def setting_up(brought: Path) -> list[str]:
    given = {"--answers": "answers", "--authority": "medium", "--token-file": "token"}
    return ["setup", *(word for option, name in given.items() for word in (option, str(brought / name)))]


class Scene:
    """A store whose engine sells, `desk` that enrols tills, and a stick with the keys of backups."""

    def __init__(self, book: Book, desk: Folder, url: str, folder: Path) -> None:
        self.book, self.desk, self.url, self.folder = book, desk, url, folder
        self.layout = Layout(book.store.folder)
        self.shelf, self.stick = folder / "shelf", folder / "stick"
        for made in (self.shelf, self.stick):
            made.mkdir()
        keys = {name: x25519.Identity.generate() for name in ("office", "officer", "stranger")}
        for name, key in keys.items():
            (self.stick / name).write_text(f"{key}\n")
        text = self.layout.config.read_text()
        for name in ("till.pem", "till.key"):
            text = text.replace(f'"{name}"', f'"state/{PAIR}"')
        public = {name: key.to_public() for name, key in keys.items()}
        self.layout.config.write_text(text + _SECTIONS.format(url=url, shelf=self.shelf, **public))
        self.pair = self.layout.state / PAIR
        desk.set_life(LONG_S)
        assert self.enrol(self.token()).code == 0
        control.restart_engine(book.store.folder)
        assert book.pay().paid
        assert Shop(book.store).pay(member="CH-0042").result == "Success"
        assert self.run("backup").code == 0

    # ---- commands ----

    def run(self, *words: str | Path, config: Path | None = None) -> Outcome:
        """`pos-bridge WORDS` in this process: what it raises would be a traceback."""
        said, wrong = io.StringIO(), io.StringIO()
        umask = os.umask(0o077)
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(wrong):
                code = main([*map(str, words), "--config", str(config or self.layout.config), "--lang", "en"])
        finally:
            os.umask(umask)
        return Outcome(code, said.getvalue(), wrong.getvalue())

    def token(self, hours: float = 24) -> str:
        return self.desk.make_token(POIID, hours)

    def enrol(self, token: str) -> Outcome:
        file = self.stick / "token"
        file.write_text(token)
        return self.run("enrol", "--token-file", file)

    def asked(self) -> Path:
        """A request, and its chain as the processor signs it."""
        assert self.run("enrol", "--csr", self.stick / "till.csr").code == 0
        chain = self.stick / "chain.pem"
        chain.write_bytes(signed(self.desk, (self.stick / "till.csr").read_bytes()))
        return chain

    def keys(self, *names: str) -> list[str | Path]:
        return [word for name in names or ("office", "officer") for word in ("--identity", self.stick / name)]

    def drill(self, *names: str) -> Outcome:
        return self.run("backup", "--drill", *self.keys(*names))

    @property
    def manifest(self) -> Path:
        return max(self.shelf.glob("*.manifest"))

    def part(self, kind: str) -> Path:
        return self.manifest.with_suffix(f".{kind}.age")

    def restore(self, *names: str) -> Outcome:
        """Into a state folder that holds nothing, of another machine with these keys and settings."""
        other = self.layout.engine / "restored.toml"
        other.write_text(self.layout.config.read_text().replace('state_dir = "state"', 'state_dir = "restored"'))
        (self.stick / "erasures").touch()
        self.restored.mkdir(mode=0o700, exist_ok=True)
        words = ("restore", "--from", self.manifest, "--erasures", self.stick / "erasures")
        return self.run(*words, *self.keys(*names), config=other)

    @property
    def restored(self) -> Path:
        return self.layout.engine / "restored"

    def set_up(self, folder: Path, token: str) -> Outcome:
        """Another till."""
        answered(folder, self.url, token)
        return self.run(*setting_up(folder), config=folder / "till/pos-bridge.toml")

    # ---- what goes wrong ----

    @contextmanager
    def fault(self, fault: Fault) -> Iterator[None]:
        self.desk.set_fault(fault)
        try:
            yield
        finally:
            self.desk.set_fault(Fault.NONE)

    @contextmanager
    def holding(self, file: Path, content: bytes | None = None) -> Iterator[None]:
        """Something else is in it, or half of what is."""
        whole, mode = file.read_bytes(), file.stat().st_mode & 0o777
        file.write_bytes(whole[: len(whole) // 2] if content is None else content)
        try:
            yield
        finally:
            file.write_bytes(whole)
            file.chmod(mode)

    def other_authority(self) -> Folder:
        return Folder(self.folder / "other")

    # ---- the engine ----

    def told(self, event: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.layout.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == event]

    def look(self, event: str) -> dict[str, object]:
        """Have the engine look at its certificates, until it has told that once more."""
        before = len(self.told(event))
        os.kill(self.book.engine_pid, signal.SIGHUP)
        until(lambda: len(self.told(event)) > before)
        return self.told(event)[-1]

    def forget(self) -> None:
        """What a restore and a request have left."""
        shutil.rmtree(self.restored, ignore_errors=True)
        self.pair.with_name(f"{PAIR}.asked").unlink(missing_ok=True)

    def pem(self, certificate: x509.Certificate) -> bytes:
        return certificate.public_bytes(Encoding.PEM)
