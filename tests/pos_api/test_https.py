"""The server: how many it holds, its TLS, its silence, its beginning and its end. Nobody can stop a payment."""

import contextlib
import json
import logging
import socket
import ssl
import threading

import pytest

from pos_bridge.domain.trouble import Trouble
from pos_bridge.listening.places import loopback_socket
from pos_bridge.pos_api.https import NexoServer
from tests.pos_api.by_hand import DIAGNOSIS, errors, head, heard
from tests.pos_api.world import API_KEY, Store, result
from tests.wire.nexo.shapes import encode, payment, status, with_field

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
    async def faulty(_raw, *, key_shown):
        raise RuntimeError("Tremblay")

    store.reception.answer = faulty  # type: ignore[method-assign] # the service never raises: this is what if
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
            NexoServer(store.reception, bound=everywhere, tls=store.tls, api_key=API_KEY, on_trouble=print)


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
