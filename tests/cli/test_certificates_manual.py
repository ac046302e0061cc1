"""docs/certificates.md, executed: each command as it stands there, in its order, on a till of the simulated world."""

import os
import re
import subprocess
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from pos_bridge.config import credentials
from pos_bridge.config.file import load
from pos_bridge.config.settings import Config
from pos_bridge.domain.enrolment import EnrolFault
from pos_bridge.pair import Pair
from pos_bridge.wire.trust_words import TrustWords, parse
from tests.cli.certificates import signed

MANUAL = (Path(__file__).parents[2] / "docs" / "certificates.md").read_text()
POIID = "P400-123456789"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", MANUAL, re.DOTALL)


class Desk:
    """A folder as IT's shell stands in it: where `pos-bridge` is a command that knows where its settings are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config_file = folder / "pos-bridge.toml"
        programs = folder / "bin"
        programs.mkdir()
        wrapper = programs / "pos-bridge"
        wrapper.write_text(f'#!/bin/sh\nexec {sys.executable} -m pos_bridge "$@" --config {self.config_file}\n')
        wrapper.chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}

    def follow(self, block: str) -> str:
        done = subprocess.run(
            ["sh", "-eu", "-c", block],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def config(self) -> Config:
        return load(self.config_file)

    @property
    def pair(self) -> Pair:
        return credentials.processor_pair(self.config)


def test_each_procedure(tmp_path):
    desk, world = Desk(tmp_path), Folder(tmp_path / "world")
    with serving(world) as url:
        anew, by_token, request, install, rotate, root = blocks("sh")
        answers, apart = blocks("toml")
        answers = answers.replace("https://192.0.2.11", url) + f'state_dir = "{tmp_path / "state"}"\n'
        (tmp_path / "answers.toml").write_text(answers)
        (tmp_path / "medium").mkdir()

        (tmp_path / "token").write_text(world.make_token(POIID))
        assert desk.follow(anew).splitlines()[-1] == f"{desk.config_file}: good"
        assert not (tmp_path / "token").exists()
        first = desk.pair

        (tmp_path / "token").write_text(world.make_token(POIID))
        assert f"Certificate of {POIID} until" in desk.follow(by_token)
        second = desk.pair
        assert second.leaf != first.leaf

        assert "Have it signed" in desk.follow(request)
        (tmp_path / "chain.pem").write_bytes(signed(world, (tmp_path / "till.csr").read_bytes()))
        assert f"Certificate of {POIID} until" in desk.follow(install)
        assert desk.pair.leaf not in {first.leaf, second.leaf}

        desk.config_file.write_text(desk.config_file.read_text().replace(f'[enrolment]\nurl = "{url}"\n', apart))
        set_url = desk.config_file.read_text().replace("https://192.0.2.11", url)
        desk.config_file.write_text(set_url)
        (tmp_path / "token").write_text(world.make_token(POIID))
        assert "enrolment-ca.pem" in desk.follow(by_token)
        assert desk.config.enrolment_ca.read_bytes() == world.authority().pem

    other = Folder(tmp_path / "other").authority().certificate
    (tmp_path / "next-ca.pem").write_bytes(other.public_bytes(Encoding.PEM))
    desk.follow(rotate)
    pinned = x509.load_pem_x509_certificates(credentials.load(desk.config).ca)
    assert pinned == [world.authority().certificate, other]

    believed = parse((tmp_path / "trust.txt").read_bytes())
    (tmp_path / "next-root").write_text("b1" * 32 + "\n")
    assert f"{desk.config_file}: good" in desk.follow(root)
    after = parse((tmp_path / "trust.txt").read_bytes())
    assert after == TrustWords((*believed.roots, b"\xb1" * 32), believed.lowest_epoch)


def test_each_fault_is_in_the_table():
    rows = [line for line in MANUAL.splitlines() if line.startswith("| `")]
    named = {word for row in rows for word in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named == {fault.name.lower() for fault in EnrolFault}
