"""The daemon behind a chip reader: its log, and who gets to its socket."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pos_bridge.checkup import pcscd
from pos_bridge.config import settings
from tests.checkup.finds import CHIP, STRIPE, line, lines


@pytest.fixture
def at() -> Iterator[Path]:
    """A socket that somebody listens on, in a folder that everybody gets to."""
    with tempfile.TemporaryDirectory(prefix="doctor-") as folder, closing(socket.socket(socket.AF_UNIX)) as listening:
        Path(folder).chmod(0o755)
        path = Path(folder) / "pcscd.comm"
        listening.bind(str(path))
        path.chmod(0o660)
        listening.listen()
        yield path


def test_a_socket_for_everybody(at, monkeypatch):
    monkeypatch.setattr(pcscd, "logs_apdus", lambda _: False)
    assert lines(pcscd.look_at("chip", at)) == [pcscd.SILENT, pcscd.CLOSED]
    at.chmod(0o666)
    found = list(pcscd.look_at("chip", at))
    assert lines(found) == [pcscd.SILENT, pcscd.OPEN]
    assert "SocketMode=0660" in found[1].to("fr")
    assert str(at) in found[1].to("en")
    at.parent.chmod(0o750)
    assert lines(pcscd.look_at("chip", at))[1] == pcscd.CLOSED, "nobody else gets to it"


def test_a_socket_that_is_closed_to_whoever_asks(at):
    if os.geteuid() != 0:
        return
    at.chmod(0o600)
    os.seteuid(64_002)
    try:
        assert lines(pcscd.look_at("chip", at)) == [pcscd.NOT_OPEN]
    finally:
        os.seteuid(0)


def test_a_pcscd_that_cannot_be_seen(at, monkeypatch):
    monkeypatch.setattr(pcscd, "logs_apdus", lambda _: False)
    monkeypatch.setattr(pcscd, "others_are_hidden", lambda _: True)
    assert lines(pcscd.look_at("chip", at))[0] == pcscd.NOT_SEEN


def test_a_pcscd_that_logs(at, monkeypatch):
    monkeypatch.setattr(pcscd, "logs_apdus", lambda path: path == at)
    (found, _) = pcscd.look_at("chip", at)
    assert line(found) == pcscd.LOGS
    assert "--apdu" in found.to("fr")
    assert "--apdu" in found.to("en")


def test_this_process_is_no_pcscd_that_logs(at):
    assert lines(pcscd.look_at("chip", at))[0] == pcscd.SILENT


@pytest.mark.parametrize("make", [lambda path: None, Path.touch])
def test_nobody_listens(tmp_path, make):
    make(tmp_path / "pcscd.comm")
    assert lines(pcscd.look_at("chip", tmp_path / "pcscd.comm")) == [pcscd.ABSENT]


def test_only_chip_readers_have_one(config, tmp_path):
    chip = settings.Reader(name="chip", driver=CHIP.driver, device="x", pcscd="pcscd.comm")
    assert lines(pcscd.look(replace(config, readers=(STRIPE, chip)))) == [pcscd.ABSENT]
    assert list(pcscd.look(replace(config, readers=(STRIPE,)))) == []
