"""A whole store whose till gets its certificate by a token and renews it while it sells: no sale is dropped."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from hw_sim.pki import sign_sealing_key
from hw_sim.store.layout import Layout
from pos_bridge.pair import Pair
from pos_bridge.protocol import processor_v1_pb2 as pb
from tests.surfaces.engine import PROGRAM, changed, engine

POIID = "P400-123456789"
LONGEST_S = 30.0


class Till:
    """The store's till, with settings of its own for enrolment."""

    def __init__(self, store, folder: Folder, url: str) -> None:
        self.store, self.desk = store, folder
        self.layout = Layout(store.folder)
        self.pair_file = self.layout.state / "processor-pair.pem"
        name = '"state/processor-pair.pem"'
        self.config = changed(
            Path(store.facts["config"]),
            "enrolled",
            ('"till.pem"', name),
            ('"till.key"', name),
            ("[card_room]", f'[enrolment]\nurl = "{url}"\n\n[card_room]'),
        )

    def enrol(self, hours: float = 24) -> "subprocess.CompletedProcess[str]":
        words = ["enrol", "--config", str(self.config), "--lang", "en"]
        return subprocess.run(
            [*PROGRAM, *words],
            input=self.desk.make_token(POIID, hours),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def events(self, name: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.layout.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == name]

    def told(self, name: str, times: int) -> None:
        until = time.monotonic() + LONGEST_S
        while len(self.events(name)) < times:
            assert time.monotonic() < until, [line["event"] for line in self.events(name)]
            time.sleep(0.02)


@pytest.fixture
def till(store) -> Iterator[Till]:
    folder = Folder(Layout(store.folder).world)
    store.do("engine", "kill")
    with serving(folder) as url:
        yield Till(store, folder, url)
    store.do("engine", "restart")


def test_renewed_again_and_again_while_customers_pay(till: Till):
    till.desk.set_life(1200)  # begun an hour ago: two thirds of its life are over
    assert till.enrol().returncode == 0
    first = till.pair_file.read_bytes()
    with engine(till.config) as running, ThreadPoolExecutor(1) as lane:
        till.told("TillCertificateTaken", 1)  # the look at the start
        for turn in range(2, 5):
            with till.store.customer("visa"):
                paying = lane.submit(till.store.till().pay, f"12.{turn:02}")
                running.process.send_signal(signal.SIGHUP)
                till.told("TillCertificateTaken", turn)
                assert paying.result().result == "Success"
        sessions = len(till.events("SessionOpened"))
        running.terminate()
        assert running.end().code == 0
    assert till.events("ProcessorSilent") == []
    assert till.events("ReversalBegun") == []
    assert sessions == len(till.events("SessionOpened"))
    last = till.pair_file.read_bytes()
    assert last != first
    assert f"{Pair.read(last, last).leaf.serial_number:x}" == till.desk.issued()[-1][0]
    assert {row["state"] for row in till.store.ledger()} <= {"authorised", "captured"}, "nothing was taken back"

    # The till is revoked: cards end, and money in cash is taken as before; a token for it makes it whole again.
    till.desk.set_life(30 * 86_400)
    till.desk.revoke(f"{Pair.read(last, last).leaf.serial_number:x}")
    with engine(till.config) as running:
        till.told("RenewalFailed", 1)
        assert till.events("RenewalFailed")[-1]["reason"] == "refused"
        assert till.store.till().pay("3.00", cash=True).result == "Success"
        assert till.store.till().pay("4.00").result == "Failure"
        assert till.pair_file.read_bytes() == last, "the one before stays"
        assert till.enrol(hours=-1).returncode == 1
        assert till.pair_file.read_bytes() == last
        taken = len(till.events("TillCertificateTaken"))
        assert till.enrol().returncode == 0
        running.process.send_signal(signal.SIGHUP)
        till.told("TillCertificateTaken", taken + 1)
        with till.store.customer("visa"):
            assert till.store.till().pay("5.00").result == "Success"
        running.terminate()
        assert running.end().code == 0


def test_a_till_whose_certificate_has_ended_starts_and_takes_cash(till: Till):
    """As after holidays with the power off: no card pays until somebody comes by with a token."""
    key = ec.generate_private_key(ec.SECP256R1())
    till.pair_file.write_bytes(Pair(key, (ended(till.desk, key),)).file())
    till.pair_file.chmod(0o600)
    checked = subprocess.run(
        [*PROGRAM, "check", "--config", str(till.config), "--lang", "en"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 2
    assert "ended on" in checked.stderr
    before = len(till.events("RenewalFailed"))
    taken = len(till.events("TillCertificateTaken"))
    with engine(till.config) as running:
        till.told("RenewalFailed", before + 1)
        assert till.events("RenewalFailed")[-1]["reason"] == "ended"
        assert till.store.till().pay("3.00", cash=True).result == "Success"
        assert till.enrol().returncode == 0
        running.process.send_signal(signal.SIGHUP)
        till.told("TillCertificateTaken", taken + 1)
        with till.store.customer("visa"):
            assert till.store.till().pay("5.00").result == "Success"
        running.terminate()
        assert running.end().code == 0


def test_the_processor_changes_its_root_for_sealing(store):
    """The one before, both, then the new one alone: cards are taken as long as what signs is believed."""
    trust, signed = Layout(store.folder).engine / "trust.txt", Layout(store.folder).processor / "sealing-key.pb"
    before, by_the_old = trust.read_text(), signed.read_bytes()
    new = Ed25519PrivateKey.generate()
    key = pb.SealingKey.FromString(by_the_old)
    key.signature = sign_sealing_key(new, key.key_id, key.epoch, key.not_after_s, key.public_key)
    by_the_new = key.SerializeToString()
    added = f"root {new.public_key().public_bytes_raw().hex()}\n"

    def pays(believed: str, key: bytes) -> bool:
        trust.write_text(believed)
        signed.write_bytes(key)
        store.do("engine", "restart")
        with store.customer("visa"):
            told: str = store.till().pay("12.00").result
        assert store.till().pay("3.00", cash=True).result == "Success"
        return told == "Success"

    assert not pays(before, by_the_new)
    assert pays(before + added, by_the_old)
    assert pays(before + added, by_the_new)
    alone = "".join(line for line in before.splitlines(keepends=True) if not line.startswith("root")) + added
    assert pays(alone, by_the_new)
    assert not pays(alone, by_the_old)
    assert pays(before, by_the_old)


def ended(desk: Folder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    store, yesterday = desk.authority(), datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, POIID)]))
        .issuer_name(store.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(yesterday - timedelta(days=1))
        .not_valid_after(yesterday)
        .sign(store.key, hashes.SHA256())
    )
