"""Pages for a monitor on the tills' port: for nobody without their token, and in nobody's way."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from pos_bridge.domain.trouble import Trouble
from pos_bridge.pos_api.watch_pages import MOST_AT_ONCE, Page, WatchPages
from tests.pos_api.by_hand import DIAGNOSIS, heard
from tests.pos_api.world import API_KEY, Certificate, Store, result
from tests.wire.nexo.shapes import payment, status

TOKEN = "a-token-of-a-monitor-with-32-characters"


class Pages:
    """`made`: how often one was."""

    def __init__(self, store: Store) -> None:
        self.made = 0
        self.clock = 0.0
        self.failing = False
        self.pages = WatchPages(TOKEN, {"/metrics": self.make, "/healthz": self.make}, lambda: self.clock)
        store.server.let_watch(self.pages)

    async def make(self) -> Page:
        self.made += 1
        if self.failing:
            raise OSError("what a disk says")
        return Page(200, b"made %d\n" % self.made)


def get(
    store: Store, path: str = "/metrics", token: str | None = TOKEN, method: str = "GET", **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    given = ({} if token is None else {"Authorization": f"Bearer {token}"}) | headers
    with store.connection() as connection:
        connection.request(method, path, headers=given)
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}


def test_nothing_is_there_where_nobody_may_watch(store: Store):
    for token in (TOKEN, None):
        for path in ("/metrics", "/healthz"):
            assert get(store, path, token)[0] == 404


def test_a_page_with_its_token(store: Store):
    pages = Pages(store)
    status, body, headers = get(store)
    assert (status, body) == (200, b"made 1\n")
    assert headers["connection"] == "close"
    assert headers["cache-control"] == "no-store"
    assert get(store, "/healthz")[:2] == (200, b"made 2\n")
    assert get(store)[1] == b"made 1\n", "made again after a second, however often it is asked for"
    pages.clock += 1
    assert get(store)[1] == b"made 3\n"
    assert get(store, "/metrics/")[0] == get(store, "/METRICS")[0] == 404


@pytest.mark.parametrize("token", [None, "", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), API_KEY, "\xe9" * 39])
def test_nobody_without_it(store: Store, token: str | None):
    pages = Pages(store)
    status, body, headers = get(store, token=token)
    assert (status, body) == (401, b"")
    assert headers["www-authenticate"].startswith("Bearer")
    assert pages.made == 0


def test_a_scheme_is_named_in_any_case_and_once(store: Store):
    Pages(store)
    for said, expected in (
        (f"bearer {TOKEN}", 200),
        (f"BEARER  {TOKEN} ", 200),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        (f"Bearer{TOKEN}", 401),
    ):
        assert get(store, token=None, Authorization=said)[0] == expected, said
    with store.raw() as raw:
        line = b"Authorization: Bearer " + TOKEN.encode() + b"\r\n"
        raw.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + line + line + b"\r\n")
        assert b" 401 " in heard(raw)


def test_no_other_method_and_no_web_page(store: Store):
    Pages(store)
    status, _, headers = get(store, method="POST")
    assert (status, headers["allow"]) == (405, "GET")
    assert get(store, Origin="https://shop.example")[0] == 403
    assert get(store, Host="shop.example")[0] == 403


def test_the_token_opens_nothing_else(store: Store):
    Pages(store)
    assert store.post(DIAGNOSIS, **{"X-API-Key": TOKEN})[0] == 401
    assert store.post(DIAGNOSIS, **{"X-API-Key": "", "Authorization": f"Bearer {TOKEN}"})[0] == 401


def test_never_in_clear(store: Store):
    Pages(store)
    with socket.create_connection(("127.0.0.1", store.port), timeout=10) as plain:
        plain.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n" % TOKEN.encode())
        assert b"made" not in heard(plain)


def test_what_fails_says_nothing_of_it(store: Store):
    Pages(store).failing = True
    assert get(store)[:2] == (500, b"")
    assert store.troubles == [Trouble.CONNECTION]
    store.troubles.clear()


def test_scrapers_by_the_dozen_keep_no_till_out(leaf):
    """More at once than are answered at once, again and again, while a payment runs and others come."""
    with Store(leaf, max_connections=32) as store:
        Pages(store)
        store.hold()
        paying = store.asking(payment())
        store.wait_for(lambda: store.desk.live == 1)
        with ThreadPoolExecutor(3 * MOST_AT_ONCE) as monitors:
            looks = [monitors.submit(_look, store) for _ in range(120)]
            assert store.post(DIAGNOSIS)[0] == 200
            statuses = {look.result() for look in looks}
        assert 200 in statuses
        assert statuses <= {200, 429}
        store.release()
        assert result(paying.answer()) == ("Success", None)


def _look(store: Store) -> int:
    return get(store)[0]


ASKED = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"


@pytest.mark.parametrize("token", [TOKEN, "wrong"])
def test_those_who_were_answered_and_do_not_go_keep_no_till_out(leaf: Certificate, token: str):
    """They have their page, and never read it or the end of the connection: nothing waits for them."""
    with Store(leaf, max_connections=4) as store, ExitStack() as stack:
        Pages(store)
        store.hold()
        paying = store.asking(payment())
        store.wait_for(lambda: store.desk.live == 1)
        for _ in range(3):
            for _ in range(4):
                stack.enter_context(store.raw()).sendall(ASKED % token.encode())
            assert result(store.ask(status())) == ("Failure", "InProgress")
            assert len(store.server._guests.here) <= 5
        store.release()
        assert result(paying.answer()) == ("Success", None)


def test_pages_that_are_being_made_take_few_places_and_the_rest_give_way(leaf: Certificate):
    with Store(leaf, max_connections=MOST_AT_ONCE + 2) as store, ExitStack() as stack:
        pages = Pages(store)
        store.run(pages.pages._one.acquire())
        for _ in range(20):
            with suppress(OSError):
                stack.enter_context(store.raw()).sendall(ASKED % TOKEN.encode())
        store.wait_for(lambda: pages.pages._here == MOST_AT_ONCE)
        for _ in range(3):
            assert store.post(DIAGNOSIS)[0] == 200
        assert pages.made == 0
        store._loop.call_soon_threadsafe(pages.pages._one.release)
        store.wait_for(lambda: pages.pages._here == 0)
