"""A notification over real HTTPS: to the configured till, verified, bounded; or not at all."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.config.devices import Address
from pos_bridge.pos_api.event_post import EventPost, _is_near
from tests.pos_api.till_listener import TAKEN, listening, trusting
from tests.pos_api.world import Certificate, make_certificate

BODY = b'{"SaleToPOIRequest":{}}'


def post(url: str, files: Certificate, limit_s: float = 30.0) -> Any:
    return asyncio.run(EventPost(Address.parse(url), trusting(files), limit_s)(BODY))


def test_it_arrives(leaf: Certificate):
    with listening(leaf) as till:
        assert post(till.url, leaf) is True
        assert post(till.url.replace("localhost", "127.0.0.1"), leaf) is True
    head, _, body = till.heard[0].partition(b"\r\n\r\n")
    assert body == BODY
    assert head.startswith(b"POST /events HTTP/1.1\r\nHost: localhost:")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Fault\r\n\r\n", b"HTTP/1.1 302 Found\r\nLocation: https://localhost/\r\n\r\n", b"\r\n",
        b"SSH-2.0\n",
        b"HTTP/1.1 200", b"x" * 10_000, TAKEN[:8], b"HTTP/2 200 OK\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_not_taken(leaf: Certificate, answer):
    with listening(leaf, answer) as till:
        assert post(till.url, leaf) is False


def test_one_that_says_nothing_is_not_waited_for(leaf: Certificate):
    with listening(leaf, b"") as till:
        assert post(till.url, leaf, limit_s=0.3) is False


def test_nobody_else_is_told(leaf: Certificate, tmp_path: Path):
    """Another authority's certificate, or another name's."""
    other = make_certificate(tmp_path)
    with listening(leaf) as till:
        assert post(till.url, other) is False
        assert post(till.url.replace("localhost", "localhost.localdomain"), leaf) is False
        assert till.heard == []


def test_nobody_there(leaf: Certificate):
    with listening(leaf) as till:
        url = till.url
    assert post(url, leaf) is False


@pytest.mark.parametrize(
    ("peer", "near"),
    [("127.0.0.1", True), ("192.168.1.20", True), ("10.9.8.7", True), ("::1", True), ("fe80::1%eth0", True),
     ("fd00::1", True), ("8.8.8.8", False), ("2606:4700::1111", False), ("172.32.0.1", False),
     ("::ffff:192.168.1.20", True), ("::ffff:8.8.8.8", False),
     ("2001:0:4136:e378::1", False), ("198.18.0.1", False), ("0.0.0.0", False), ("fec0::1", False)],
)  # fmt: skip
def test_only_this_shop_is_spoken_to(peer, near):
    assert _is_near(peer) is near


@pytest.mark.parametrize("host", ["8.8.8.8", "[::ffff:808:808]", "[2606:4700::1111]"])
def test_nobody_else_is_even_greeted(leaf: Certificate, host, monkeypatch):
    """A greeting (TLS) would already tell a stranger the name of the till."""
    monkeypatch.setattr(asyncio, "open_connection", lambda *_, **__: pytest.fail("greeted"))
    assert post(f"https://{host}/", leaf) is False


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://localhost", Address("localhost", 443, "/")),
        ("https://caisse-1.magasin.test:8443/nexo?x=1", Address("caisse-1.magasin.test", 8443, "/nexo?x=1")),
        ("https://[::1]:9/", Address("::1", 9, "/")),
        ("https://192.168.1.20:65535/a", Address("192.168.1.20", 65535, "/a")),
    ],
)
def test_an_address(url, address):
    assert Address.parse(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/", "https://", "https://user@localhost/", "https://localhost:0/", "https://localhost:65536/",
        "https://localhost/a b", "https://localhost/\r\nX: y", "https://localhost/#x", "localhost", "https://-a/",
        "https://lo\u00e9/", "https://localhost\n",
    ],
)  # fmt: skip
def test_what_is_no_address(url):
    with pytest.raises(ValueError, match=r"address|port"):
        Address.parse(url)


@given(st.text(max_size=60).map("https://".__add__) | st.text(max_size=60))
def test_any_text_is_an_address_or_refused(url):
    try:
        address = Address.parse(url)
    except ValueError:
        return
    assert address.path.isascii()
    assert not set(address.path + address.authority) & set(" \r\n\t")
