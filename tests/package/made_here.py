"""A till that made its own keys: set up by the manual with a token, and what lives beside its engine.

The enrolment server is the simulated store's and runs out here; the till reaches it over loopback.
"""

import json
import re
import subprocess
from contextlib import AbstractContextManager
from pathlib import Path

from pyrage import x25519

from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from hw_sim.native_till import NativeTill
from hw_sim.store.layout import Layout
from hw_sim.till import PROGRAMME
from hw_sim.till import Till as Lane
from hw_sim.world import MERCHANT, SERVER_NAME
from tests.package.packages import ROOT
from tests.package.till import ENGINE, READER, Till, may_read_the_pty, where_it_fits

ETC, KEPT, SHELF = "etc/pos-bridge", "var/lib/pos-bridge", "var/backups/pos-bridge"
BACKUP = "pos-bridge-backup.service"
CREDENTIAL = f"vault.key:/{ETC}/vault.key.cred"
CERTIFICATES, BACKUPS = ROOT / "docs/certificates.md", ROOT / "docs/backup-and-restore.md"


def desk(till: Till) -> Folder:
    return Folder(Layout(till.book.store.folder).world)


def enrolment_server(till: Till) -> AbstractContextManager[str]:
    return serving(desk(till))


def commands(heading: str, document: Path = CERTIFICATES) -> str:
    """The shell commands under that heading."""
    part = re.split(rf"^## {re.escape(heading)}$", document.read_text(), flags=re.MULTILINE)[1].partition("\n## ")[0]
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", part, re.MULTILINE | re.DOTALL))


def by_root(till: Till, script: str, *, check: bool = True) -> "subprocess.CompletedProcess[str]":
    return till.machine.run("sh", "-eu", "-c", f"cd /root\n{script}", check=check)


def put_token(till: Till) -> str:
    facts = till.book.store.facts
    token = desk(till).make_token(facts["poiid"])
    (till.machine.root / "root/token").write_text(f"{token}\n")
    return token


def set_up(till: Till, url: str) -> str:
    """docs/certificates.md, A new till, after step 1 of the other manual; what it said."""
    facts, root = till.book.store.facts, till.machine.root
    trust = dict(line.split() for line in (Path(facts["config"]).parent / "trust.txt").read_text().splitlines())
    answers = {
        "poiid": facts["poiid"],
        "number": 1,
        "language": "fr",
        "processor": facts["processor"],
        "server_name": SERVER_NAME,
        "merchant_id": MERCHANT,
        "root": trust["root"],
        "enrolment": url,
        "driver": "msr_plain",
        "device": READER,
        "programme": PROGRAMME,
        "port": port_of(till),
    }
    (root / "root/answers.toml").write_text("".join(f"{name} = {json.dumps(told)}\n" for name, told in answers.items()))
    (root / "root/medium").mkdir()
    put_token(till)
    till.follow(1)
    said = by_root(till, commands("A new till")).stdout
    assert not (root / "root/token").exists()
    register(till, said)
    may_read_the_pty(till, port_of(till))
    return said


def register(till: Till, said: str) -> None:
    """The processor is given what `setup` printed, and the till's software what lies in the till's files."""
    facts, etc = till.book.store.facts, till.machine.root / ETC
    (key,) = re.findall(rf"{facts['poiid']}: ([0-9a-f]{{64}})$", said, re.MULTILINE)
    known = Layout(till.book.store.folder).processor / "tills" / f"{facts['poiid']}.json"
    known.write_text(json.dumps({"merchant": MERCHANT, "terminal_key": key}))
    mine = {"api_key": (etc / "api.key").read_text().strip(), "ca": str(etc / "store-ca.pem")}
    till.book.till = Lane(facts | mine)


def port_of(till: Till) -> int:
    return int(till.book.store.facts["nexo_url"].rsplit(":", 1)[1].split("/")[0])


def drop_in(till: Till, unit: str, *lines: str) -> None:
    folder = till.machine.root / f"etc/systemd/system/{unit}.d"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "till.conf").open("a") as file:
        file.write("".join(f"{line}\n" for line in ("[Service]", *lines)))
    till.machine.run("systemctl", "daemon-reload")


def set_in(till: Till, old: str, new: str) -> None:
    file = till.machine.root / ETC / "pos-bridge.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def seal_the_vault_key(till: Till) -> None:
    """docs/configuration.md, *A path that begins with `credential:`*."""
    seal = "systemd-creds encrypt --with-key=host --name=vault.key vault.key vault.key.cred"
    by_root(till, f"cd /{ETC}\n{seal}\nshred -u vault.key")
    set_in(till, '"vault.key"', '"credential:vault.key"')
    drop_in(till, ENGINE, f"LoadCredentialEncrypted={CREDENTIAL}")


def with_the_vault_key(words: str) -> str:
    """A command where the engine is stopped."""
    return f"systemd-run --quiet --pipe --wait --same-dir -p LoadCredentialEncrypted={CREDENTIAL} {words}"


def serve_natively(till: Till) -> None:
    """docs/install-on-a-till.md, step 4: the folder of native tills, and what goes with it; `nobody` is a till's."""
    by_root(till, where_it_fits("pos-tills").replace("TILL-USER", "nobody"))
    drop_in(till, ENGINE, "ReadWritePaths=/run/pos-bridge-till")
    set_in(till, "[card_room]", '[native]\nsocket = "/run/pos-bridge-till/till.sock"\n[card_room]')


def native(till: Till) -> NativeTill:
    """In its own mounts: /run is none of its disk."""
    return NativeTill.at_socket(Path(f"/proc/{till.machine.leader}/root") / "run/pos-bridge-till/till.sock")


def reaches_the_native_socket(till: Till, *user: str) -> bool:
    ask = "import socket; socket.socket(socket.AF_UNIX).connect('/run/pos-bridge-till/till.sock')"
    return till.machine.run("setpriv", *user, "python3", "-c", ask, check=False).returncode == 0


def back_up_daily(till: Till) -> None:
    """docs/backup-and-restore.md, steps 1 and 3: the keys are made out here."""
    keys = {name: x25519.Identity.generate() for name in ("office", "officer")}
    for name, key in keys.items():
        (till.machine.root / f"root/{name}.txt").write_text(f"{key}\n")
    text = BACKUPS.read_text().partition("```toml\n")[2].partition("```")[0]
    for key in keys.values():
        text = text.replace("age1...", str(key.to_public()), 1)
    with (till.machine.root / ETC / "pos-bridge.toml").open("a") as file:
        file.write("\n" + text)


def journal_of(till: Till, unit: str) -> str:
    return till.machine.says("journalctl", "--no-pager", "--unit", unit)
