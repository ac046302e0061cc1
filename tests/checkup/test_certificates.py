"""How long certificates still last: of authorities the one that lasts, of leaves the leaf."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from pos_bridge.checkup import certificates
from pos_bridge.config.settings import Native
from tests.checkup.finds import line, lines

Writing = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path) -> Writing:
    key = ec.generate_private_key(ec.SECP256R1())

    def written(name: str, *days: int, begins: timedelta = timedelta(days=-400)) -> None:
        """A file with a certificate for each."""
        now = datetime.now(UTC)
        empty = x509.Name([])
        builder = x509.CertificateBuilder().subject_name(empty).issuer_name(empty).public_key(key.public_key())
        builder = builder.serial_number(7).not_valid_before(now + begins)
        lasting = [builder.not_valid_after(now + timedelta(days=each, hours=1)) for each in days]
        made = [each.sign(key, hashes.SHA256()) for each in lasting]
        (tmp_path / name).write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in made))

    return written


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (60, certificates.NEXO_LASTS),
        (59, certificates.NEXO_ENDS),
        (0, certificates.NEXO_ENDS),
        (-1, certificates.NEXO_ENDED),
    ],
)
def test_what_tills_are_shown(config, write, days, said):
    write("nexo.pem", days)
    assert lines(certificates.look(config)) == [said]


def test_of_authorities_the_one_that_lasts(config, write):
    write("processor-ca.pem", -10, 300)
    write("store-ca.pem", 20)
    store, processor = certificates.look(config)
    assert (line(store), line(processor)) == (certificates.OTHER_ENDS, certificates.OTHER_LASTS)
    assert "processor.ca" in processor.text("en")
    assert "300 days" in processor.text("en")
    write("processor-ca.pem", -10, -20)
    assert lines(certificates.look(config)) == [certificates.OTHER_ENDS, certificates.OTHER_ENDED]


def test_those_of_the_native_port(config, write):
    write("clients.pem", 300)
    write("native.pem", 30, 300)
    native = Native(port=8444, certificate="native.pem", key="native.key", clients="clients.pem")
    assert lines(certificates.look(replace(config, native=native))) == [
        certificates.OTHER_LASTS,
        certificates.OTHER_ENDS,
    ]


def test_one_that_begins_tomorrow(config, write):
    write("nexo.pem", 300, begins=timedelta(days=1))
    assert lines(certificates.look(config)) == [certificates.NEXO_LASTS, certificates.NOT_YET]
