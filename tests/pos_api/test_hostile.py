"""Clients that flood, stall and smuggle: what each may take, and that the next one is let in all the same."""

import contextlib
import json
import socket
import ssl
from contextlib import ExitStack

import pytest

from tests.pos_api.by_hand import DIAGNOSIS, head, heard
from tests.pos_api.world import API_KEY, Store, result
from tests.wire.nexo.shapes import encode, payment, status

RAW = encode(DIAGNOSIS)
LAST = head(len(RAW), more="Connection: close\r\n") + RAW


def test_those_without_tls_do_not_push_out_those_with_it(leaf):
    """A flood of bare connections lasts as long as it likes: a till that has TLS and has not asked yet stays."""
    with Store(leaf, max_connections=4) as store, store.raw() as early, ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(socket.create_connection(("127.0.0.1", store.port)))
        assert store.post(DIAGNOSIS)[0] == 200
        early.sendall(LAST)
        assert heard(early).startswith(b"HTTP/1.1 200 ")


def test_those_whose_request_never_ends_make_room_last(leaf):
    with Store(leaf, max_connections=3) as store, ExitStack() as stack:
        store.hold()
        paying = store.asking(payment())
        store.wait_for(lambda: store.desk.live == 1)
        for _ in range(9):
            stack.enter_context(store.raw()).sendall(head(1000) + b"{")
        assert result(store.ask(status())) == ("Failure", "InProgress")
        store.release()
        assert result(paying.answer()) == ("Success", None)


def test_a_waiting_answer_keeps_its_place_whatever_was_begun_behind_it(leaf):
    """On its connection the next request has begun and is not whole: it is the first that counts."""
    with Store(leaf, max_connections=2) as store, store.raw() as peer, ExitStack() as stack:
        store.hold()
        raw = encode(payment())
        peer.sendall(head(len(raw)) + raw + head(1000) + b"{")
        store.wait_for(lambda: store.desk.live == 1)
        for _ in range(5):
            with contextlib.suppress(OSError):
                stack.enter_context(store.raw())
        store.release()
        assert peer.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_whoever_does_not_read_its_answers_is_let_go(leaf):
    """Not while it is being slow, but when nothing moves; and little waits for it in memory."""
    with Store(leaf, unread_s=0.2) as store, store.raw() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while True:
                peer.sendall(head(len(RAW)) + RAW)
        store.wait_for(lambda: not store.server._guests.here)


def test_more_requests_at_once_than_anybody_sends(store: Store):
    """Behind a payment that waits: each would cost many times its own size. The payment goes on."""
    store.hold()
    raw = encode(payment())
    with store.raw() as peer:
        peer.sendall(head(len(raw)) + raw + (head(len(RAW)) + RAW) * 50)
        assert json.loads(heard(peer).partition(b"\r\n\r\n")[2]) == {"errors": ["not-http"]}
    store.release()
    store.wait_for(lambda: store.desk.live == 0)
    assert result(store.ask(status())) == ("Success", None)


def test_trailers_are_not_looked_at_and_not_kept(store: Store):
    """They come after the door: what they say of who asks is not heard."""
    with store.raw() as peer:
        body = b"%x\r\n%s\r\n0\r\n" % (len(RAW), RAW)
        peer.sendall(head() + body + b"Origin: https://evil.test\r\nX-API-Key: x\r\n\r\n" + LAST)
        assert heard(peer).count(b"HTTP/1.1 200 ") == 2
        assert all(guest.cycle.scope["headers"] == [] for guest in store.server._guests.here)


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: {length}\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: {length}",
        "Content-Length: 2\r\nContent-Length: {length}",
        "Content-Length: {length}\r\nContent-Length: {length}",
        "Content-Length: +{length}",
        "Content-Length: 0x{length}",
        "Content-Length: 99999999999999999999",
        "Content-Length : {length}",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "X: folded\r\n Content-Length: {length}",
        "X: a\x00b\r\nContent-Length: {length}",
        "Content-Length: {length}\nX: y",
    ],
)
def test_a_message_whose_end_two_readers_would_see_in_two_places(store: Store, framing):
    start = f"POST /nexo HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {API_KEY}\r\n".encode()
    with store.raw() as peer:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(RAW), RAW)
        peer.sendall(start + framing.format(length=len(RAW)).encode() + b"\r\n\r\n" + body + LAST)
        answer = heard(peer)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 "))
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("extension", ["", ";a=b", ";" + "x" * 200_000])
def test_chunk_extensions_are_not_looked_at(store: Store, extension):
    body = b"%x%s\r\n%s\r\n0\r\n\r\n" % (len(RAW), extension.encode(), RAW)
    with store.raw() as peer:
        peer.sendall(head(more="Connection: close\r\n") + body)
        assert heard(peer).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_waits_to_be_told_to_go_on(store: Store):
    """As curl does with a long body."""
    with store.raw() as peer:
        peer.sendall(head(len(RAW), more="Expect: 100-continue\r\nConnection: close\r\n"))
        assert peer.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        peer.sendall(RAW)
        assert heard(peer).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_has_said_all_and_closes_its_side(store: Store):
    """Its payment is made, and it asks for the answer on another connection."""
    raw = encode(payment())
    with store.raw() as peer:
        peer.sendall(head(len(raw)) + raw)
        peer.shutdown(socket.SHUT_WR)
        heard(peer)
    store.wait_for(lambda: len(store.desk.asks) == 1 and store.desk.live == 0)
    assert result(store.ask(status())) == ("Success", None)
