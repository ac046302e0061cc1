"""The handshake on real connections: each way in which it can end, told apart."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from pos_bridge.checkup.tls import Ending, Shaken, context, shake

NAME = "processor.test"
YEAR = timedelta(days=365)
SETTINGS = b"\0\0\0\4\0\0\0\0\0"


@dataclass(frozen=True)
class Authority:
    """Of this test's own, and what it signed."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def file(self) -> Path:
        return self.folder / "ca.pem"

    def leaf(self, name: str, begins: timedelta = -YEAR, ends: timedelta = YEAR, secret: bytes | None = None) -> Path:
        """A file with key and certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(name, key, self.certificate.subject, self.key, begins=begins, ends=ends)
        sealed: KeySerializationEncryption = NoEncryption() if secret is None else BestAvailableEncryption(secret)
        path = self.folder / f"leaf-{made.serial_number:x}.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed) + made.public_bytes(Encoding.PEM))
        return path


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    by: ec.EllipticCurvePrivateKey,
    *,
    begins: timedelta,
    ends: timedelta,
    ca: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(by, hashes.SHA256())
    )


def new_authority(folder: Path) -> Authority:
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, folder.name)])
    made = _certificate(folder.name, key, name, key, begins=-YEAR, ends=YEAR, ca=True)
    (folder / "ca.pem").write_bytes(made.public_bytes(Encoding.PEM))
    return Authority(folder, key, made)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("tls") / "theirs")


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Answers one connection on a port of its own."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.settimeout(10)
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join(10)
        assert not thread.is_alive()


def server(leaf: Path, clients: Authority, protocols: tuple[str, ...] = ("h2",)) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(leaf)
    tls.load_verify_locations(clients.file)
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.set_alpn_protocols(list(protocols))
    return tls


def first_word(tls: ssl.SSLContext, said: bytes = SETTINGS, after: int = 0) -> Callable[[socket.socket], None]:
    """Says that once it has heard so many bytes."""

    def answer(connection: socket.socket) -> None:
        with tls.wrap_socket(connection, server_side=True) as line:
            if after:
                line.recv(after)
            if said:
                line.sendall(said)
                while line.recv(64):
                    pass

    return answer


def shaken(
    ours: Authority, answer: Callable[[socket.socket], None], *, leaf: Path | None = None, name: str = NAME
) -> Shaken:
    own = leaf or ours.leaf("till.test")
    with serving(answer) as address:
        return shake(address, name, context(ours.file, own, own, None))


@pytest.mark.parametrize("after", [0, 24])
def test_both_are_taken(ours, after):
    """By a server that speaks first, and by one that waits for its client."""
    assert shaken(ours, first_word(server(ours.leaf(NAME), ours), after=after)) == Shaken(Ending.TAKEN)


@pytest.mark.parametrize(
    ("begins", "ends", "ending"),
    [(-YEAR, timedelta(hours=-1), Ending.EXPIRED), (timedelta(hours=1), YEAR, Ending.NOT_YET_VALID)],
)
def test_a_certificate_at_another_time(ours, begins, ends, ending):
    assert shaken(ours, first_word(server(ours.leaf(NAME, begins, ends), ours))).ending is ending


def test_another_authority_or_another_name(ours, theirs):
    assert shaken(ours, first_word(server(theirs.leaf(NAME), ours))).ending is Ending.WRONG_AUTHORITY
    assert shaken(ours, first_word(server(ours.leaf("other.test"), ours))).ending is Ending.WRONG_NAME
    assert shaken(ours, first_word(server(ours.leaf(NAME), ours)), name="127.0.0.1").ending is Ending.WRONG_NAME


def test_our_certificate_refused(ours, theirs):
    """By an authority that it is not of, or at its end: the alert comes after the handshake, and is heard."""
    foreign = shaken(ours, first_word(server(ours.leaf(NAME), theirs)))
    assert foreign.ending is Ending.REFUSED
    assert "UNKNOWN_CA" in foreign.reason
    ended = ours.leaf("till.test", -YEAR, timedelta(hours=-1))
    told = shaken(ours, first_word(server(ours.leaf(NAME), ours)), leaf=ended)
    assert told.ending is Ending.REFUSED
    assert "EXPIRED" in told.reason


def test_closed_without_a_word(ours):
    assert shaken(ours, first_word(server(ours.leaf(NAME), ours), said=b"")).ending is Ending.CLOSED


def test_no_http_2(ours):
    assert shaken(ours, first_word(server(ours.leaf(NAME), ours, ("http/1.1",)))).ending is Ending.NOT_H2


def test_an_older_tls_or_none(ours):
    older = server(ours.leaf(NAME), ours)
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    assert shaken(ours, first_word(older)).ending is Ending.NOT_TLS_1_3

    def plain(connection: socket.socket) -> None:
        connection.recv(64)
        connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    assert shaken(ours, plain).ending is Ending.NOT_TLS_1_3
    assert shaken(ours, lambda connection: connection.close()).ending is Ending.NOT_TLS_1_3


def test_nobody_there(ours):
    own = ours.leaf("till.test")
    tls = context(ours.file, own, own, None)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert shake(f"127.0.0.1:{port}", NAME, tls) == Shaken(Ending.UNREACHED, "Connection refused")
    assert shake("processor.invalid:443", NAME, tls).ending is Ending.NO_NAME


def test_a_key_under_a_secret(ours):
    """Nobody is asked for one at the terminal."""
    own = ours.leaf("till.test", secret=b"of the machine")
    context(ours.file, own, own, b"of the machine")
    for wrong in (None, b"another"):
        with pytest.raises(OSError):
            context(ours.file, own, own, wrong)
