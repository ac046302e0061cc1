"""The door: who is heard, by request line and headers alone, before a body is read."""

import pytest

from pos_bridge.pos_api.door import Door
from tests.pos_api.by_hand import DIAGNOSIS, errors, head, heard
from tests.pos_api.world import API_KEY, Store
from tests.wire.nexo.shapes import encode, payment


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
