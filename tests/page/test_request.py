"""Requests as browsers send them, in any pieces, and whatever else may come."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.page.request import MOST_BODY, MOST_HEAD, BadRequestError, Intake, Request

HEAD = b"Host: localhost:8445\r\nCookie: a=1; __Host-x=yes; a=2\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
GET = b"GET /fr/?every=60 HTTP/1.1\r\n" + HEAD + b"\r\n"
POST = b"POST /fr/login HTTP/1.1\r\n" + HEAD + FORM + b"Content-Length: 27\r\n\r\nnumber=12&password=%C3%A9+e"


def whole(data: bytes) -> Request | None:
    return Intake().feed(data)


def test_a_request_in_any_pieces():
    for data in (GET, POST):
        for place in range(1, len(data)):
            intake = Intake()
            assert intake.feed(data[:place]) is None
            found = intake.feed(data[place:])
            assert found is not None
            assert found == whole(data)


def test_what_stands_in_it():
    request = whole(GET)
    assert request is not None
    assert (request.method, request.path, request.asked()) == ("GET", "/fr/", {"every": "60"})
    assert request.cookie("__Host-x") == "yes"
    assert request.cookie("a") is None, "twice is not once"
    assert request.cookie("b") is None
    posted = whole(POST)
    assert posted is not None
    assert posted.form() == {"number": "12", "password": "é e"}


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\r\n\r\n", 400),
        (b"GET  HTTP/1.1\r\n\r\n", 400),
        (b"GET http://elsewhere/ HTTP/1.1\r\nHost: elsewhere\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 4000, 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
        (b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MOST_BODY + 1), 413),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
        (GET + GET, 400),
    ],
)
def test_what_is_refused(data, status):
    with pytest.raises(BadRequestError) as bad:
        whole(data)
    assert bad.value.status == status
    assert bad.value.args == (status,), "nothing of what was sent is told"


@pytest.mark.parametrize(
    "body", [b"a=1&a=2", b"a=" + b"x" * 257, b"\xff=1", b"a=%ff", b"&".join(b"a%d=1" % n for n in range(9))]
)
def test_a_form_that_is_none(body):
    request = Request("POST", "/", b"", (("content-type", b"application/x-www-form-urlencoded"),), body)
    with pytest.raises(BadRequestError):
        request.form()
    with pytest.raises(BadRequestError):
        Request("POST", "/", b"", (("content-type", b"text/plain"),), b"a=1").form()


def refused(read: Callable[[], object]) -> int | None:
    """With which status; None: it was taken."""
    try:
        read()
    except BadRequestError as bad:
        return bad.status
    return None


@given(st.lists(st.binary(max_size=200), max_size=8), st.sampled_from([b"", GET[:-2], POST[:-30]]))
def test_anything_is_a_request_or_refused(pieces, begun):
    intake = Intake()
    found: list[Request | None] = []

    def hear(piece: bytes) -> None:
        found.append(intake.feed(piece))

    for piece in (begun, *pieces):
        status = refused(partial(hear, piece))
        assert status in {None, 400, 413, 431, 501}
        if status is not None or found[-1] is not None:
            break
    request = found[-1] if found else None
    if request is not None:
        request.cookie("a")
        assert refused(request.form) in {None, 400, 415}
        assert refused(request.asked) in {None, 400}


def test_no_more_is_held_than_may_come():
    intake = Intake()
    intake.feed(b"GET / HTTP/1.1\r\n")
    taken = 0
    while refused(lambda: intake.feed(b"A: b\r\n" * 100)) is None:
        taken += 600
    assert taken <= MOST_HEAD
