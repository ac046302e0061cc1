"""`pos-bridge-sim enrolment`: what a developer types, and what the server says to whom who types nothing right."""

import base64
import http.client
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hw_sim.cli.main import main
from hw_sim.enrolment.faults import SAYS, Fault
from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import NAME, serving
from hw_sim.processor.folder import Folder as ProcessorFolder
from hw_sim.running import PROGRAM
from hw_sim.store import tether
from hw_sim.world import enrol, processor_folder

POIID = "P400-123456789"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "world")


def sim(tmp_path: Path, *words: str) -> int:
    return main(["enrolment", str(tmp_path), *words])


def test_serving_prints_its_address_and_ends_on_a_signal(tmp_path, folder):
    words = [*PROGRAM, "enrolment", str(tmp_path), "serve"]
    tethered = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *words]
    ports = set()
    for _ in range(2):
        with subprocess.Popen(tethered, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert folder.address.read_text().strip() == address
            ports.add(urlsplit(address).port)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        assert not folder.address.exists()
    assert len(ports) == 1, "the port is kept"


def test_tokens_are_kept_as_hashes(tmp_path, folder, capsys):
    assert sim(tmp_path, "token", POIID) == 0
    secret = capsys.readouterr().out.strip().rpartition(".")[2]
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    assert not [path for path in files if secret in path.name or secret in path.read_text()]
    assert not folder.use_token("P400-000000000", secret)
    assert folder.use_token(POIID, secret)
    assert not folder.use_token(POIID, secret)
    assert sim(tmp_path, "stale-token", POIID) == 0
    assert not folder.use_token(POIID, capsys.readouterr().out.strip().rpartition(".")[2])


@pytest.mark.parametrize("words", [["token"], ["fault", "no-such"], ["life", "long"]])
def test_words_that_do_not_fit(tmp_path, words):
    assert sim(tmp_path, *words) == 2


def test_faults_life_and_the_list(tmp_path, folder, capsys):
    assert set(SAYS) == set(Fault)
    for fault in Fault:
        assert sim(tmp_path, "fault", fault.value) == 0
        assert folder.fault() is fault
    assert sim(tmp_path, "life", "60") == 0
    assert folder.life_s() == 60
    assert sim(tmp_path, "revoke", "ab12") == 0
    assert sim(tmp_path, "revoke", POIID) == 0
    assert folder.is_revoked(0xAB12, "another")
    assert folder.is_revoked(1, POIID)
    assert not folder.is_revoked(1, "another")
    folder.note_issued(0xAB, POIID)
    assert sim(tmp_path, "issued") == 0
    assert capsys.readouterr().out == f"ab {POIID}\n"


def test_its_authority_is_the_processors_and_the_list_is_the_processors_too(tmp_path, folder):
    enrol(folder.world, tmp_path / "engine", POIID)
    assert folder.authority().pem == (tmp_path / "engine" / "processor-ca.pem").read_bytes()
    folder.path.mkdir()
    processor = ProcessorFolder(processor_folder(folder.world))
    assert not processor.is_revoked(0xAB, POIID)
    folder.revoke("ab")
    assert processor.is_revoked(0xAB, POIID)


@pytest.fixture
def connection(folder) -> Iterator[http.client.HTTPSConnection]:
    with serving(folder) as url:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        tls.load_verify_locations(cadata=folder.authority().pem.decode())
        made = http.client.HTTPSConnection("127.0.0.1", int(urlsplit(url).port or 0), context=tls, timeout=20)
        yield made
        made.close()


BASIC = {"Authorization": "Basic " + base64.b64encode(f"{POIID}:secret".encode()).decode()}


@pytest.mark.parametrize(
    "asked",
    [
        ("GET", "cacerts", None, {}, 200),
        ("GET", "csrattrs", None, {}, 404),
        ("POST", "simpleenroll", b"", BASIC, 400),
        ("POST", "simpleenroll", b"not base64!", BASIC, 400),
        ("POST", "simpleenroll", base64.b64encode(b"no request"), BASIC, 400),
        ("POST", "simpleenroll", base64.b64encode(b"no request"), {}, 401),
        ("POST", "serverkeygen", base64.b64encode(b"no request"), BASIC, 404),
        ("POST", "simpleenroll", b"A" * 20_000, BASIC, 400),
    ],
)
def test_what_is_asked_wrongly_is_refused(connection, asked):
    method, path, body, headers, status = asked
    connection.request(method, f"/.well-known/est/{path}", body, headers)
    assert connection.getresponse().status == status
    assert NAME.endswith(".test")
