"""The door and the server: who is heard, how much, how long, and that nobody can stop a payment or learn from a log."""

import contextlib
import json
import logging
import socket
import ssl
import threading

import pytest

from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.door import Door
from pos_bridge.pos_api.https import NexoServer, loopback_socket
from pos_bridge.wire.nexo.decode import MAX_BODY
from tests.pos_api.world import API_KEY, Store, result
from tests.wire.nexo.shapes import encode, payment, request, status, with_field

DIAGNOSIS = request("Diagnosis", {})


def errors(answer: tuple[int, bytes]) -> tuple[int, list[str]]:
    status_code, raw = answer
    return status_code, json.loads(raw)["errors"]


def head(
    length: str | int = "", *, path: str = "/nexo", host: str = "localhost:8443", key: str = API_KEY, more: str = ""
) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {key}\r\n"
        f"{f'Content-Length: {length}' if length != '' else 'Transfer-Encoding: chunked'}\r\n{more}\r\n"
    ).encode()


def heard(sock: socket.socket) -> bytes:
    """Everything until the other side is done."""
    parts = []
    with contextlib.suppress(ConnectionResetError, ssl.SSLError):
        while part := sock.recv(65536):
            parts.append(part)
    return b"".join(parts)


# ---- who is heard ----


@pytest.mark.parametrize("path", ["/nexo", "/nexo/", "/sync", "/nexo?x=1"])
def test_the_paths(store: Store, path):
    assert store.post(DIAGNOSIS, path)[0] == 200


@pytest.mark.parametrize("path", ["/", "/Nexo", "/nexo/x", "/nexo%2f..", "/docs", "//nexo"])
def test_any_other_path(store: Store, path):
    assert errors(store.post(DIAGNOSIS, path)) == (404, ["no-such-path"])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_any_other_method(store: Store, method):
    with store.connection() as connection:
        connection.request(method, "/nexo", headers={"X-API-Key": API_KEY})
        response = connection.getresponse()
        assert response.status == 405
        assert response.getheader("allow") == "POST"


@pytest.mark.parametrize("key", ["", "x", API_KEY + "x", API_KEY.lower(), API_KEY[:-1], "é" * 40])
def test_a_wrong_key(store: Store, key):
    assert errors(store.post(payment(), **{"X-API-Key": key})) == (401, ["api-key-refused"])
    assert store.desk.asks == []


def test_no_key_and_two_keys(store: Store):
    for given in ((), (API_KEY, API_KEY), (API_KEY[:5], API_KEY[5:])):
        with store.connection() as connection:
            connection.putrequest("POST", "/nexo")
            for key in given:
                connection.putheader("X-API-Key", key)
            connection.putheader("Content-Length", "0")
            connection.endheaders()
            assert connection.getresponse().status == 401


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "https://localhost:8443", ""])
def test_a_web_page_is_refused_whatever_it_knows(store: Store, origin):
    assert errors(store.post(payment(), Origin=origin)) == (403, ["origin-refused"])
    assert store.desk.asks == []


@pytest.mark.parametrize(
    "host", ["evil.test", "evil.test:8443", "localhost.evil.test", "127.0.0.1.evil.test", "", "[::2]", "localhost:"]
)
def test_a_foreign_host_is_refused(store: Store, host):
    assert errors(store.post(payment(), Host=host)) == (403, ["host-refused"])


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8443", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8443"])
def test_this_machine_by_its_names(store: Store, host):
    assert store.post(DIAGNOSIS, Host=host)[0] == 200


def test_it_is_refused_before_its_body_is_read(store: Store):
    for more, code in ((b"Origin: https://evil.test\r\n", b"403"), (b"", b"401")):
        with store.raw() as sock:
            sock.sendall(head(1000, key="x").replace(b"\r\n\r\n", b"\r\n" + more + b"\r\n"))
            answer = heard(sock)
        assert answer.startswith(b"HTTP/1.1 " + code)
        assert b"connection: close" in answer.lower()


def test_no_host_at_all(store: Store):
    with store.raw() as sock:
        sock.sendall(b"POST /nexo HTTP/1.1\r\nX-API-Key: " + API_KEY.encode() + b"\r\nContent-Length: 0\r\n\r\n")
        assert b"host-refused" in heard(sock)


@pytest.mark.parametrize("target", ["https://evil.test/nexo", "https://localhost/nexo", "evil.test:443", "nexo", "//"])
def test_a_target_that_names_a_host_of_its_own_is_refused(store: Store, target):
    raw = encode(DIAGNOSIS)
    whole = head(len(raw), path=target, more="Connection: close\r\n") + raw
    for pieces in ((whole,), (whole[:5], whole[5:9], whole[9:])):
        with store.raw() as sock:
            for piece in pieces:
                sock.sendall(piece)
            answer = heard(sock)
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404")), answer


@pytest.mark.parametrize("key", ["short", "k" * 15, "with a space in its middle", "clé" * 10])
def test_a_key_that_could_be_guessed_or_not_sent_is_no_key(key):
    with pytest.raises(ValueError, match="API key"):
        Door(key)


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


# ---- many, and hostile ----


def test_the_one_who_asks_nothing_makes_room(leaf):
    with Store(leaf, max_connections=4) as store:
        store.hold()
        paying = store.asking(payment())
        store.wait_for(lambda: store.desk.live == 1)
        with contextlib.ExitStack() as stack:
            for _ in range(12):
                stack.enter_context(store.raw())
            for _ in range(6):
                stack.enter_context(socket.create_connection(("127.0.0.1", store.port)))
            assert result(store.ask(status())) == ("Failure", "InProgress")
            assert len(store.server._guests.here) <= 4
        store.release()
        assert result(paying.answer()) == ("Success", None)


def test_a_rush_of_new_ones_is_not_let_in_beyond_the_bound(leaf):
    """Each kernel queue of them at once, without a byte of TLS: every one costs a descriptor until it is let go."""
    with Store(leaf, max_connections=4) as store, contextlib.ExitStack() as stack:
        most = 0
        greet = store.server._greet

        async def counted(newcomer):
            nonlocal most
            most = max(most, len(store.server._greeting) + len(store.server._guests.here))
            await greet(newcomer)

        store.server._greet = counted  # type: ignore[method-assign] # counts and goes on
        rushed = threading.Event()
        store._loop.call_soon_threadsafe(rushed.wait, 10)
        for _ in range(60):
            stack.enter_context(socket.create_connection(("127.0.0.1", store.port), timeout=10))
        rushed.set()
        assert store.post(DIAGNOSIS)[0] == 200
    assert 4 <= most <= 8


def test_when_all_are_being_answered_a_new_one_is_turned_away(leaf):
    with Store(leaf, max_connections=2) as store:
        store.hold()
        first = store.asking(payment())
        second = store.asking(payment())
        store.wait_for(lambda: len(store.server._guests.here) == 2)
        store.wait_for(lambda: store.desk.live == 1)
        store.wait_for(lambda: all(not guest.idle for guest in store.server._guests.here))
        with pytest.raises(OSError), store.raw():
            pass
        store.release()
        assert first.answer() == second.answer()


def test_whoever_does_not_speak_tls_disturbs_nobody(store: Store):
    with socket.create_connection(("127.0.0.1", store.port), timeout=10) as sock:
        sock.sendall(b"POST /nexo HTTP/1.1\r\nHost: localhost\r\n\r\n")
        heard(sock)
    with socket.create_connection(("127.0.0.1", store.port)):
        pass
    assert store.post(DIAGNOSIS)[0] == 200


def test_old_tls_is_refused(store: Store):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(store.files.certificate)
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.deprecated_call():
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", store.port), timeout=10) as sock,
        pytest.raises(ssl.SSLError),
    ):
        old.wrap_socket(sock, server_hostname="localhost")
    new = store.tls
    new.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", store.port), timeout=10) as sock,
        new.wrap_socket(sock, server_hostname="localhost") as wrapped,
    ):
        assert wrapped.version() == "TLSv1.2"


# ---- silence ----


def test_nothing_of_any_request_is_logged_or_printed(store: Store, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    marked = "Tremblay-4921817844445119"
    store.post(with_field(payment(), "PaymentRequest.SaleData.SaleToAcquirerData", marked))
    store.post(marked.encode())
    store.post(DIAGNOSIS, f"/{marked}")
    store.post(DIAGNOSIS, Origin=marked)
    with store.raw() as sock:
        sock.sendall(marked.encode() + b"\r\n\r\n")
        assert marked.encode() not in heard(sock)
    with store.raw() as sock:
        sock.sendall(head(10, more=f"Upgrade: {marked}\r\nConnection: upgrade\r\n") + b"0" * 10)
    assert store.post(DIAGNOSIS)[0] == 200
    assert marked not in caplog.text
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []
    assert capfd.readouterr() == ("", "")


def test_a_fault_in_the_server_is_one_word_in_the_log(store: Store, capfd, caplog):
    async def faulty(_raw):
        raise RuntimeError("Tremblay")

    store.service.answer = faulty  # type: ignore[method-assign] # the service never raises: this is what if
    assert errors(store.post(payment())) == (500, ["fault"])
    assert store.troubles == [Trouble.CONNECTION]
    store.troubles.clear()
    assert "Tremblay" not in caplog.text
    assert capfd.readouterr() == ("", "")


# ---- beginning and end ----


def test_only_loopback(store: Store):
    with socket.socket() as everywhere:
        everywhere.bind(("0.0.0.0", 0))
        with pytest.raises(ValueError, match="loopback"):
            NexoServer(store.service, bound=everywhere, tls=store.tls, api_key=API_KEY, on_trouble=print)


def test_a_port_that_is_taken(store: Store):
    with pytest.raises(OSError, match="in use"):
        loopback_socket(store.port)


def test_a_stopping_server_answers_what_runs_and_takes_nothing_new(store: Store):
    store.hold()
    paying = store.asking(payment())
    store.wait_for(lambda: store.desk.live == 1)
    with store.connection() as connection:
        connection.request("POST", "/nexo", encode(DIAGNOSIS), {"X-API-Key": API_KEY})
        connection.getresponse().read()
        store._loop.call_soon_threadsafe(store.server.stop_taking)
        store.wait_for(lambda: not store.server._app.taking)
        connection.request("POST", "/nexo", encode(DIAGNOSIS), {"X-API-Key": API_KEY})
        response = connection.getresponse()
        assert response.status == 503
        assert json.loads(response.read()) == {"errors": ["stopping"]}
    store.release()
    assert result(paying.answer()) == ("Success", None)


def test_a_stop_does_not_wait_for_those_who_never_end(leaf):
    with Store(leaf, head_s=1000, body_s=1000) as store, contextlib.ExitStack() as stack:
        for start in (b"", b"POST", head(1000) + b"{"):
            sock = stack.enter_context(store.raw())
            sock.sendall(start)
        stack.enter_context(socket.create_connection(("127.0.0.1", store.port)))
        store.run(store.server.stop(grace_s=0.1))
        store.run(store._start())
        assert store.post(DIAGNOSIS)[0] == 200
