"""Who may speak to the processor at all: tills with a certificate of its authority, over TLS 1.3."""

import asyncio
import os
import ssl
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import BrokenError, SilentError, duty
from pos_bridge.conformance.talk import Talk, Watch
from pos_bridge.processor.channel import OPTIONS, Credentials, grpc

_A_DAY = timedelta(days=1)
_REFUSING = frozenset({"UNAVAILABLE", "UNAUTHENTICATED", "PERMISSION_DENIED"})


@duty(
    "A client without a certificate is refused, and one with a certificate of its own making.",
    why="Whoever can reach the port could open a session in a till's place and fence it out.",
    advice="Require a client certificate of the tills' own authority (in gRPC: require_client_auth), on every port.",
)
async def certificate_required(bench: Bench) -> None:
    ca = bench.setup.credentials.ca
    strangers = {
        "a client without a certificate": grpc.ssl_channel_credentials(ca),
        "a client that made its own certificate": grpc.ssl_channel_credentials(ca, *_self_made()),
    }
    for who, credentials in strangers.items():
        await _expect_refused(bench, who, credentials)


async def _expect_refused(bench: Bench, who: str, credentials: grpc.ChannelCredentials) -> None:
    setup = bench.setup
    options = (*OPTIONS, ("grpc.ssl_target_name_override", setup.server_name))
    channel = grpc.aio.secure_channel(setup.address, credentials, options=options)
    try:
        await Talk(channel, Watch(), bench.clock, setup.timeout_s).get_time()
    except SilentError as error:
        if error.status not in _REFUSING:
            raise BrokenError(f"{who}: gRPC status {error.status}, not refused") from None
    else:
        raise BrokenError(f"{who} was told the time")
    finally:
        await channel.close(None)


def _self_made() -> tuple[bytes, bytes]:
    """A key and a certificate that nobody vouches for, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stranger")]), datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - _A_DAY)
    certificate = builder.not_valid_after(now + _A_DAY).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private, certificate.public_bytes(Encoding.PEM)


@duty(
    "TLS 1.2 is refused.",
    why="A downgraded connection shows the certificate, and with it the till, to whoever listens.",
    advice="Set TLS 1.3 as the lowest version at the end that terminates TLS, a load balancer included.",
)
async def tls_1_2_refused(bench: Bench) -> None:
    setup = bench.setup
    context = _only_tls_1_2(setup.credentials)
    host, _, port = setup.address.rpartition(":")
    try:
        async with asyncio.timeout(setup.timeout_s):
            _, writer = await asyncio.open_connection(host, int(port), ssl=context, server_hostname=setup.server_name)
    except ssl.SSLCertVerificationError:
        raise BrokenError("a TLS 1.2 handshake went as far as the processor's certificate") from None
    except (ConnectionRefusedError, TimeoutError):
        raise BrokenError("the address could not be reached to try TLS 1.2") from None
    except (ssl.SSLError, OSError):
        return
    writer.transport.abort()
    raise BrokenError("a TLS 1.2 handshake was completed")


def _only_tls_1_2(credentials: Credentials) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=credentials.ca.decode("ascii"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    descriptor = os.memfd_create("till", os.MFD_CLOEXEC)  # ssl takes a file; this one is on no disk
    try:
        os.write(descriptor, credentials.certificate + b"\n" + credentials.key)
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
    return context
