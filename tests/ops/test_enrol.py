"""A till and a real HTTPS server: what it gets, what it refuses, and what it never sends."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from hw_sim.enrolment.faults import Fault
from hw_sim.enrolment.folder import Folder
from pos_bridge.config.devices import Address
from pos_bridge.domain.enrolment import EnrolError, EnrolFault
from pos_bridge.ops import enrol, https
from pos_bridge.ops.enrol import Enrolled
from pos_bridge.ops.token import Token
from pos_bridge.pair import Pair
from tests.ops.conftest import POIID


def enrolled(desk, token=None, known=(), name=POIID) -> Enrolled:
    return asyncio.run(enrol.enrol(desk.address, token or desk.token(), name, known))


def again(desk, pair: Pair, roots) -> Pair:
    return asyncio.run(enrol.enrol_again(desk.address, pair, roots))


def refusal(call) -> EnrolFault:
    with pytest.raises(EnrolError) as caught:
        call()
    return caught.value.fault


def test_a_token_gives_a_certificate_for_a_key_made_here(desk):
    got = enrolled(desk)
    assert isinstance(got.pair.key, ec.EllipticCurvePrivateKey)
    assert got.pair.key.curve.name == "secp256r1"
    assert got.pair.name == POIID
    assert [root.fingerprint(hashes.SHA256()) for root in got.roots] == [desk.token().fingerprint]
    assert got.pair.begins < got.pair.renew_from < got.pair.ends
    assert desk.folder.issued()[-1] == (f"{got.pair.leaf.serial_number:x}", POIID)


def test_a_token_is_good_once_whoever_asks_at_the_same_moment(desk):
    token = desk.token()

    def attempt(_: int) -> EnrolFault | None:
        try:
            enrolled(desk, token)
        except EnrolError as error:
            return error.fault
        return None

    with ThreadPoolExecutor(4) as tills:
        outcomes = list(tills.map(attempt, range(4)))
    assert outcomes.count(None) == 1
    assert outcomes.count(EnrolFault.TOKEN_REFUSED) == 3


@pytest.mark.parametrize("how", ["another till's", "a day old", "wrong"])
def test_a_token_that_is_not_good(desk, how):
    token = {
        "another till's": desk.token("P400-987654321"),
        "a day old": desk.token(hours=-0.01),
        "wrong": Token(desk.token().fingerprint, "A" * 43),
    }[how]
    before = desk.folder.issued()
    assert refusal(lambda: enrolled(desk, token)) is EnrolFault.TOKEN_REFUSED
    assert desk.folder.issued() == before


def test_another_tills_token_stays_good_for_that_till(desk):
    token = desk.token("P400-987654321")
    assert refusal(lambda: enrolled(desk, token)) is EnrolFault.TOKEN_REFUSED
    assert enrolled(desk, token, name="P400-987654321").pair.name == "P400-987654321"


@pytest.mark.parametrize("text", ["", "pbt1", "pbt1.ab.cd", "pbt1." + "0" * 64 + "." + "é" * 43, "x" * 10_000])
def test_a_text_that_is_no_token(text):
    assert refusal(lambda: Token.parse(text)) is EnrolFault.TOKEN_MALFORMED


ANSWERS = {
    Fault.REFUSE: EnrolFault.REFUSED,
    Fault.LATER: EnrolFault.LATER,
    Fault.EXPIRED: EnrolFault.ENDED,
    Fault.NOT_YET: EnrolFault.NOT_YET,
    Fault.OTHER_ISSUER: EnrolFault.OTHER_AUTHORITY,
    Fault.OTHER_KEY: EnrolFault.OTHER_KEY,
    Fault.OTHER_NAME: EnrolFault.OTHER_NAME,
    Fault.SERVER_USE: EnrolFault.NOT_FOR_CLIENTS,
    Fault.HALF: EnrolFault.BAD_ANSWER,
    Fault.NOISE: EnrolFault.BAD_ANSWER,
    Fault.CLOCK_AHEAD: EnrolFault.CLOCK_OFF,
    Fault.CLOCK_BEHIND: EnrolFault.CLOCK_OFF,
}


@pytest.mark.parametrize("fault", ANSWERS)
def test_what_a_server_can_do_wrong(faulty, fault):
    desk = faulty(Fault.NONE)
    got = enrolled(desk)
    faulty(fault)
    assert refusal(lambda: enrolled(desk)) is ANSWERS[fault]
    assert refusal(lambda: again(desk, got.pair, got.roots)) is ANSWERS[fault]


@pytest.mark.parametrize("fault", [Fault.OTHER_CA, Fault.CLOCK_AHEAD, Fault.CLOCK_BEHIND])
def test_nothing_is_sent_where_the_authority_or_the_clock_is_another(faulty, fault):
    """The token stays good, so it did not arrive."""
    desk = faulty(fault)
    token = desk.token()
    assert refusal(lambda: enrolled(desk, token)) in {EnrolFault.AUTHORITY_MISMATCH, EnrolFault.CLOCK_OFF}
    faulty(Fault.NONE)
    assert enrolled(desk, token).pair.name == POIID


def test_a_pinned_authority_is_not_replaced_by_a_token_of_another(desk, tmp_path):
    """The token is not as much as shown: nobody is even called."""
    other = Folder(tmp_path).authority().certificate
    nowhere = Address("127.0.0.1", 1, "/")
    assert (
        refusal(lambda: asyncio.run(enrol.enrol(nowhere, desk.token(), POIID, [other])))
        is EnrolFault.AUTHORITY_MISMATCH
    )


def test_two_pinned_authorities_side_by_side(desk, tmp_path):
    """While the authority changes: both are there, and a certificate of either is taken."""
    other = Folder(tmp_path).authority().certificate
    got = enrolled(desk, known=[other, desk.folder.authority().certificate])
    assert again(desk, got.pair, [other, desk.folder.authority().certificate]).name == POIID
    assert refusal(lambda: again(desk, got.pair, [other])) is EnrolFault.SERVER_UNPROVEN


def test_another_name_than_the_certificates(desk):
    address = Address("localhost", desk.address.port, "/")
    token = desk.token()
    assert refusal(lambda: asyncio.run(enrol.enrol(address, token, POIID, ()))) is EnrolFault.SERVER_UNPROVEN
    assert enrolled(desk, token).pair.name == POIID


def test_a_renewal_has_another_key_and_the_same_names(desk):
    first = enrolled(desk)
    second = again(desk, first.pair, first.roots)
    assert second.key.public_key() != first.pair.key.public_key()
    assert second.leaf.subject == first.pair.leaf.subject
    assert second.leaf.serial_number != first.pair.leaf.serial_number
    assert again(desk, first.pair, first.roots).name == POIID, "the one before is valid beside it"


@pytest.mark.parametrize("what", ["serial", "till"])
def test_a_revoked_till_gets_no_other(desk, what):
    till = f"P400-{'111111111' if what == 'serial' else '222222222'}"
    got = enrolled(desk, desk.token(till), name=till)
    desk.folder.revoke(f"{got.pair.leaf.serial_number:x}" if what == "serial" else till)
    assert refusal(lambda: again(desk, got.pair, got.roots)) is EnrolFault.REFUSED


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1], "/")
    token = Token(bytes(32), "A" * 43)
    assert refusal(lambda: asyncio.run(enrol.enrol(address, token, POIID, ()))) is EnrolFault.UNREACHABLE


@contextmanager
def saying(desk, content: bytes) -> Iterator[Address]:
    """A server of that authority that answers one connection with these bytes and hangs up."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(desk.folder.path / "server.pem", desk.folder.path / "server.key")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            plain, _ = listener.accept()
            with plain, tls.wrap_socket(plain, server_side=True) as secure:
                secure.recv(65_536)
                secure.sendall(content)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Address("127.0.0.1", listener.getsockname()[1], "/")
        thread.join()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        b"not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nDate: never\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"A" * 70_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_an_answer_that_is_none(desk, content):
    with saying(desk, content) as address:
        assert refusal(lambda: asyncio.run(enrol.enrol(address, desk.token(), POIID, ()))) is EnrolFault.BAD_ANSWER


def test_a_server_that_says_nothing_is_left(desk):
    """Within the limit, and without a certificate."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = Address("127.0.0.1", silent.getsockname()[1], "/")
        waiting = https.exchange(address, enrol.trusting([desk.folder.authority().certificate]), b"", limit_s=0.2)
        assert refusal(lambda: asyncio.run(waiting)) is EnrolFault.UNREACHABLE


def test_a_till_whose_clock_is_an_hour_off_asks_for_nothing(desk, monkeypatch):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=1)

    monkeypatch.setattr(enrol, "datetime", Clock)
    token = desk.token()
    assert refusal(lambda: enrolled(desk, token)) is EnrolFault.CLOCK_OFF
    monkeypatch.undo()
    assert enrolled(desk, token).pair.ends > datetime.now(UTC)
