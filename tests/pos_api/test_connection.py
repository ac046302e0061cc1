"""One connection: how much and how slowly may be sent on it, in what pieces, and what is left when its client goes."""

import contextlib
import gc
import json

from pos_bridge.pos_api.connection import Connection
from pos_bridge.wire.nexo.decode import MAX_BODY
from tests.pos_api.by_hand import DIAGNOSIS, errors, head, heard
from tests.pos_api.world import API_KEY, Store, result
from tests.wire.nexo.shapes import encode, payment, status

# ---- bodies ----


def test_a_body_in_one_piece_and_in_chunks_of_a_byte(store: Store):
    raw = encode(payment())
    with store.connection() as connection:
        connection.request("POST", "/nexo", raw, {"X-API-Key": API_KEY})
        whole = connection.getresponse().read()
        bytewise = (raw[i : i + 1] for i in range(len(raw)))
        connection.request("POST", "/nexo", bytewise, {"X-API-Key": API_KEY}, encode_chunked=True)
        assert connection.getresponse().read() == whole  # on the same connection: a repeat


def test_the_largest_body_and_one_byte_more(store: Store):
    raw = encode(payment())
    padded = raw + b" " * (MAX_BODY - len(raw))
    assert store.post(padded)[0] == 200
    assert errors(store.post(padded + b" ")) == (413, ["too-large"])


def test_a_length_that_is_too_large_is_refused_unread(store: Store):
    with store.raw() as sock:
        sock.sendall(head(MAX_BODY + 1))
        assert b"too-large" in heard(sock)


def test_a_much_too_large_body_in_chunks(store: Store):
    with store.raw() as sock:
        sock.sendall(head())
        with contextlib.suppress(OSError):
            for _ in range(64):
                sock.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
        assert b"HTTP/1.1 413" in heard(sock)


def test_a_body_that_comes_too_slowly(leaf):
    with Store(leaf, body_s=0.2) as store, store.raw() as sock:
        sock.sendall(head(1000) + b"{")
        assert b"HTTP/1.1 408" in heard(sock)


def test_a_head_that_comes_too_slowly_or_not_at_all(leaf):
    with Store(leaf, head_s=0.2) as store:
        for start in (b"", b"POST /ne", head(1000)[:-2], b"\r\n"):
            with store.raw() as sock:
                sock.sendall(start)
                assert heard(sock) == b""
        with store.raw() as sock:  # and after an answer
            raw = encode(DIAGNOSIS)
            sock.sendall(head(len(raw)) + raw)
            assert heard(sock).count(b"HTTP/1.1 200 OK") == 1


def test_a_head_that_is_too_large_or_is_no_http(store: Store):
    for raw in (
        head(0, more=f"X: {'y' * 20_000}\r\n"),
        head(0, path="/" + "y" * 20_000),
        head(0, more="".join(f"X{i}: y\r\n" for i in range(3000))),
        b"hello\r\n\r\n",
        b"\x16\x03\x01\x00\x00",
        head("12, 13"),
        head(-1),
    ):
        with store.raw() as sock:
            sock.sendall(raw)
            answer = heard(sock)
        assert answer.startswith(b"HTTP/1.1 400")
        assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"errors": ["not-http"]}
    assert store.post(DIAGNOSIS)[0] == 200


def test_pipelined_requests_are_answered_in_order(store: Store):
    raw = encode(DIAGNOSIS)
    one = head(len(raw)) + raw
    last = head(len(raw), more="Connection: close\r\n") + raw
    with store.raw() as sock:
        sock.sendall(one + one + last)
        assert heard(sock).count(b"HTTP/1.1 200 OK") == 3


def test_an_upgrade_to_another_protocol_is_no_way_in(store: Store):
    raw = encode(DIAGNOSIS)
    with store.raw() as sock:
        sock.sendall(head(len(raw), more="Connection: Upgrade, close\r\nUpgrade: websocket\r\n") + raw)
        assert b"101" not in heard(sock)[:20]


def test_headers_tell_nothing_of_the_server(store: Store):
    with store.connection() as connection:
        connection.request("POST", "/nexo", encode(DIAGNOSIS), {"X-API-Key": API_KEY})
        response = connection.getresponse()
        assert {name.lower() for name, _ in response.getheaders()} == {"content-length", "content-type"}


# ---- clients that leave ----


def test_a_client_that_hangs_up_cancels_nothing_and_asks_again(store: Store):
    store.hold()
    raw = encode(payment())
    with store.raw() as sock:
        sock.sendall(head(len(raw)) + raw)
        store.wait_for(lambda: store.desk.live == 1)
    store.wait_for(lambda: not store.server._guests.here)
    store.release()
    store.wait_for(lambda: store.desk.live == 0)
    body = store.ask(status())
    assert result(body) == ("Success", None)
    assert len(store.desk.asks) == 1
    assert len(store.told()) == 1  # by the status alone: the first answer reached nobody


def test_a_client_that_leaves_in_the_middle_of_its_body(store: Store):
    with store.raw() as sock:
        sock.sendall(head(1000) + b"{")
    assert result(store.ask(payment())) == ("Success", None)


def test_nothing_of_a_connection_waits_for_the_collector(store: Store):
    """What is kept by a circle of references alone would stay in memory until somebody looks for circles."""
    raw = encode(DIAGNOSIS)
    one = head(len(raw)) + raw
    gc.collect()
    gc.disable()
    try:
        store.post(DIAGNOSIS)
        store.post(b"not JSON")
        for start in (b"", b"POST", head(1000), head(1000) + b"{", b"not HTTP\r\n\r\n", one + head(9) + b"{", 3 * one):
            with store.raw() as sock:
                sock.sendall(start)
        store.wait_for(lambda: not any(isinstance(each, Connection) for each in gc.get_objects()))
    finally:
        gc.enable()
