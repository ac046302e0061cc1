"""Clients of the tills' port that mean no good, or cannot do better. Each holds on while its block runs."""

import contextlib
import resource
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from hw_sim.till import Till

_LIMIT_S = 30.0
_HALF_A_HELLO = bytes.fromhex("160301020001fc0303") + b"\x00" * 40  # a TLS record that says it has 508 bytes more
Attack = Callable[[Till], contextlib.AbstractContextManager[Any]]


def plain(till: Till) -> socket.socket:
    return socket.create_connection((till._host, till._port), timeout=_LIMIT_S)


@contextmanager
def tls(till: Till) -> Iterator[ssl.SSLSocket]:
    with plain(till) as raw, till._tls.wrap_socket(raw, server_hostname="localhost") as peer:
        yield peer


def head(till: Till, more: str, *, key: str | None = None) -> bytes:
    """A request up to its body. `more`: the rest of its headers."""
    key = till._api_key if key is None else key
    return f"POST /nexo HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n{more}\r\n".encode()


def heard(peer: socket.socket) -> bytes:
    """All that comes until the other side ends it, however it does."""
    parts = []
    with suppress(ConnectionError, ssl.SSLError):
        while part := peer.recv(65536):
            parts.append(part)
    return b"".join(parts)


# ---- slow ----


@contextmanager
def a_head_without_end(till: Till) -> Iterator[None]:
    """As many as there are places, none with a key."""
    with ExitStack() as held:
        for _ in range(150):
            held.enter_context(tls(till)).sendall(b"POST /nexo HTT")
        yield


@contextmanager
def a_body_without_end(till: Till) -> Iterator[None]:
    with ExitStack() as held:
        for _ in range(150):
            held.enter_context(tls(till)).sendall(head(till, "Transfer-Encoding: chunked\r\n") + b"1\r\n{\r\n")
        yield


@contextmanager
def a_handshake_without_end(till: Till) -> Iterator[None]:
    with ExitStack() as held:
        for count in range(400):
            held.enter_context(plain(till)).sendall(_HALF_A_HELLO[: count % len(_HALF_A_HELLO)])
        yield


# ---- many ----


@contextmanager
def two_thousand_connections(till: Till) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    try:
        with ExitStack() as held:
            for _ in range(2000):
                held.enter_context(plain(till))
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def coming_and_going(till: Till) -> Iterator[None]:
    """One that opens a connection as soon as the one before is there."""
    enough = threading.Event()

    def knock() -> None:
        while not enough.wait(0.001):
            with suppress(OSError), plain(till):
                pass

    thread = threading.Thread(target=knock)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


@contextmanager
def a_thousand_at_once_on_one_line(till: Till) -> Iterator[None]:
    """Pipelined, and no answer is read."""
    request = head(till, "Content-Length: 2\r\n") + b"{}"
    with ExitStack() as held:
        for _ in range(8):
            peer = held.enter_context(tls(till))
            peer.settimeout(1.0)
            with suppress(OSError):
                peer.sendall(request * 1000)
        yield


# ---- large ----


@contextmanager
def a_hundred_megabytes(till: Till) -> Iterator[None]:
    with tls(till) as peer:
        peer.sendall(head(till, "Transfer-Encoding: chunked\r\n"))
        with suppress(OSError):
            for _ in range(1600):
                peer.sendall(b"10000\r\n" + b"[" * 65536 + b"\r\n")
        yield


@contextmanager
def a_length_without_a_body(till: Till) -> Iterator[None]:
    with ExitStack() as held:
        for length in (1, 262_144, 10**9, 10**18):
            held.enter_context(tls(till)).sendall(head(till, f"Content-Length: {length}\r\n"))
        yield


@contextmanager
def a_hundred_thousand_levels(till: Till) -> Iterator[None]:
    for opened, closed in ((b"[", b"]"), (b'{"a":', b"}")):
        depth = 100_000 if opened == b"[" else 40_000
        assert till.post(b'{"SaleToPOIRequest": ' + opened * depth + b"1" + closed * depth + b"}").status == 400
        assert till.post(opened * depth).status == 400
    yield


# ---- wrong ----


@contextmanager
def two_lengths(till: Till) -> Iterator[None]:
    """What one reader takes for the end of a request is the beginning of another for the next reader."""
    inner = head(till, "Content-Length: 2\r\n") + b"{}"
    shapes = [
        f"Content-Length: {len(inner)}\r\nTransfer-Encoding: chunked\r\n",
        f"Transfer-Encoding: chunked\r\nContent-Length: {len(inner)}\r\n",
        f"Content-Length: 4\r\nContent-Length: {len(inner)}\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        f"Content-Length: +{len(inner)}\r\n",
        f"Content-Length: {len(inner)}\r\nX: folded\r\n Transfer-Encoding: chunked\r\n",
    ]
    for shape in shapes:
        with tls(till) as peer:
            peer.sendall(head(till, shape) + b"0\r\n\r\n" + inner)
            answer = heard(peer)
        assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ")), shape
        assert answer.count(b"HTTP/1.1 ") == 1, f"{shape}: the second was heard too"
    yield


@contextmanager
def chunks_that_are_none(till: Till) -> Iterator[None]:
    for chunk in (b"zz\r\n{}", b"-1\r\n{}", b"ffffffffffffffffff\r\n{}", b"1\r\n{}\r\n", b"2\n{}\n0\n\n", b"\r\n\r\n"):
        with tls(till) as peer:
            peer.sendall(head(till, "Transfer-Encoding: chunked\r\n") + chunk)
            assert heard(peer).startswith(b"HTTP/1.1 400 "), chunk
    with tls(till) as endless:
        endless.sendall(head(till, "Transfer-Encoding: chunked\r\n") + b"2;" + b"x" * 100_000)
        yield


@contextmanager
def another_protocol(till: Till) -> Iterator[None]:
    """HTTP/0.9, HTTP/2, a mail, and HTTP without TLS."""
    for words in (b"GET /nexo\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"EHLO localhost\r\n", b"\x00" * 100):
        with tls(till) as peer:
            peer.sendall(words)
            assert b" 200 " not in heard(peer)
        with plain(till) as raw:
            raw.sendall(words)
            assert b" 200 " not in heard(raw)
    yield


@contextmanager
def gone_in_the_middle(till: Till) -> Iterator[None]:
    """Half closed, closed, and reset, after a request and within one."""
    whole = head(till, "Content-Length: 2\r\n") + b"{}"
    for part in (whole, whole[:-1], whole[:20]):
        with tls(till) as peer:
            peer.sendall(part)
            peer.shutdown(socket.SHUT_WR)
            heard(peer)
        with plain(till) as raw, till._tls.wrap_socket(raw, server_hostname="localhost") as peer:
            peer.sendall(part)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    yield


@contextmanager
def asking_for_other_keys(till: Till) -> Iterator[None]:
    """A client that wants to negotiate TLS 1.2 again, which would cost it nothing and us a handshake each time."""
    to = ["-connect", f"{till._host}:{till._port}", "-servername", "localhost"]
    command = ["openssl", "s_client", "-tls1_2", "-legacy_renegotiation", *to]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as client:
        said, _ = client.communicate(b"R\n" * 3, timeout=_LIMIT_S)
    assert b"RENEGOTIATING" in said
    assert b"no renegotiation" in said
    yield


ATTACKS: tuple[Attack, ...] = (
    *(a_head_without_end, a_body_without_end, a_handshake_without_end),
    *(two_thousand_connections, coming_and_going, a_thousand_at_once_on_one_line),
    *(a_hundred_megabytes, a_length_without_a_body, a_hundred_thousand_levels),
    *(two_lengths, chunks_that_are_none, another_protocol, gone_in_the_middle, asking_for_other_keys),
)
