"""Who may speak to the processor at all: tills with a certificate of its authority, over TLS 1.3."""

import asyncio
import os
import ssl

from pos_bridge.conformance.bench import Bench
from pos_bridge.conformance.duty import BrokenError, SilentError, duty
from pos_bridge.conformance.talk import Talk, Watch
from pos_bridge.processor.channel import OPTIONS, Credentials, grpc

_REFUSING = frozenset({"UNAVAILABLE", "UNAUTHENTICATED", "PERMISSION_DENIED"})


@duty(
    "A client without a certificate is refused.",
    why="Whoever can reach the port could open a session in a till's place and fence it out.",
    advice="Require a client certificate of the tills' own authority (in gRPC: require_client_auth), on every port.",
)
async def certificate_required(bench: Bench) -> None:
    setup = bench.setup
    channel = grpc.aio.secure_channel(
        setup.address,
        grpc.ssl_channel_credentials(setup.credentials.ca),
        options=(*OPTIONS, ("grpc.ssl_target_name_override", setup.server_name)),
    )
    try:
        await Talk(channel, Watch(), bench.clock, setup.timeout_s).get_time()
    except SilentError as error:
        if error.status not in _REFUSING:
            raise BrokenError(f"a client without a certificate: gRPC status {error.status}, not refused") from None
    else:
        raise BrokenError("a client without a certificate was told the time")
    finally:
        await channel.close(None)


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
