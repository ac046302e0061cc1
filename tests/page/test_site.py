"""Every route, as whom it is asked, and what is never given: real operators, facts as they come."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

import msgspec
import pytest

from pos_bridge.admin.told import Overview
from pos_bridge.leg_words import KINDS, STATES, TENDERS
from pos_bridge.page.facts import Findings, Silent
from pos_bridge.page.response import Response
from pos_bridge.page.site import FORM, SESSION
from pos_bridge.page.words import LOCKS, WORDS, lock
from pos_bridge.wire.locks import Lock
from pos_bridge.words import money
from tests.page.till import OVERVIEW
from tests.page.visitor import FOUND, Visitor, went


@pytest.fixture(name="visitor")
def with_a_browser() -> Iterator[Visitor]:
    visitor = Visitor()
    yield visitor
    visitor.site.close()


@pytest.mark.parametrize("path", ["/fr/", "/en/", "/fr/findings", "/en/findings"])
def test_nobody_sees_anything_without_a_login(visitor, path):
    response = visitor.ask("GET", path)
    assert (response.status, response.body) == (303, b"")
    assert went(response) == f"{path[:4]}login"
    visitor.cookies[SESSION] = "x" * 43
    assert visitor.ask("GET", path).status == 303


def test_in_and_out(visitor):
    assert went(visitor.ask("GET", "/")) == "/fr/"
    assert went(visitor.log_in()) == "/fr/"
    assert FORM not in visitor.cookies
    assert visitor.ask("GET", "/fr/").status == 200
    assert went(visitor.ask("GET", "/en/login")) == "/en/"
    refused = visitor.ask("POST", "/fr/logout", b"token=other")
    assert refused.status == 403
    kept = dict(visitor.cookies)
    assert went(visitor.ask("POST", "/fr/logout", f"token={visitor.csrf}".encode())) == "/fr/login"
    assert visitor.cookies == {}
    visitor.cookies = kept
    assert visitor.ask("GET", "/fr/").status == 303, "the cookie is worth nothing any more"


@pytest.mark.parametrize("now", [b"another password or role", None])
def test_whoever_is_not_what_they_were_is_out(visitor, now):
    visitor.log_in()
    assert visitor.ask("GET", "/fr/").status == 200
    visitor.known.standings[1] = now
    assert went(visitor.ask("GET", "/fr/")) == went(visitor.ask("GET", "/fr/findings")) == "/fr/login"
    visitor.known.standings[1] = b"as it was"
    assert visitor.ask("GET", "/fr/").status == 303, "for good"


def test_nobody_is_in_while_it_is_not_known_who_they_are(visitor):
    visitor.log_in()
    visitor.known.broken = True
    assert visitor.ask("GET", "/fr/").status == 303
    visitor.known.broken = False
    assert visitor.ask("GET", "/fr/").status == 200


@pytest.mark.parametrize(
    ("number", "password", "status", "word"),
    [
        (2, "right", 403, "rôle « informatique »"),
        (1, "wrong", 403, "ne vont pas ensemble"),
        (5, "right", 403, "ne vont pas ensemble"),
        (3, "right", 429, "Attendez 8 s"),
        (4, "right", 503, "ne peuvent pas être lus"),
    ],
)
def test_who_does_not_come_in_is_told_why(visitor, number, password, status, word):
    response = visitor.log_in(number, password)
    assert response.status == status
    assert word in response.body.decode()
    assert SESSION not in visitor.cookies
    assert password.encode() not in response.body
    assert (dict(response.headers).get("Retry-After") == "8") is (status == 429)


@pytest.mark.parametrize("body", [b"number=1&password=right", b"token=&number=1&password=right", b"token=abc"])
def test_a_form_of_somebody_elses(visitor, body):
    visitor.ask("GET", "/fr/login")
    assert visitor.ask("POST", "/fr/login", body).status == 403
    visitor.cookies.clear()
    assert visitor.ask("POST", "/fr/login", body).status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"host": ""}, 421),
        ({"host": "127.0.0.1:8445"}, 303),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "none"}, 403),
        ({"sec_fetch_site": "", "origin": "https://evil.example"}, 403),
        ({"sec_fetch_site": "", "origin": "https://localhost:8445"}, 303),
        ({"sec_fetch_site": ""}, 403),
        ({"content_type": "text/plain"}, 415),
    ],
)
def test_from_where_a_form_may_come(visitor, headers, status):
    assert visitor.log_in(**headers).status == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/de/", 404),
        ("GET", "/fr", 404),
        ("GET", "/fr/findings/../", 404),
        ("GET", "/fr/%6cogin", 404),
        ("POST", "/fr/", 405),
        ("GET", "/fr/logout", 405),
        ("PUT", "/fr/", 405),
        ("DELETE", "/", 405),
        ("HEAD", "/fr/login", 200),
        ("GET", "/style.css", 200),
    ],
)
def test_what_there_is(visitor, method, path, status):
    assert visitor.ask(method, path).status == status


def test_guards_are_on_every_answer(visitor):
    answers = [visitor.ask("GET", "/"), visitor.ask("GET", "/nothing"), visitor.log_in(), visitor.ask("GET", "/fr/")]
    for response in answers:
        head = response.encoded(head_only=True).decode()
        for guard in (
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer",
            "Connection: close",
        ):
            assert guard in head
    with pytest.raises(ValueError, match="one line"):
        Response(200, headers=(("Location", "/\r\nSet-Cookie: a=b"),))


def page(visitor: Visitor, path: str) -> tuple[str, ET.Element]:
    said = visitor.ask("GET", path).body.decode()
    return said, ET.fromstring(said.removeprefix("<!DOCTYPE html>"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_page_is_whole_and_says_what_it_is(visitor, language):
    visitor.log_in()
    for path in ("", "findings"):
        said, tree = page(visitor, f"/{language}/{path}")
        assert tree.get("lang") == language
        assert "<b>" not in said, "what is told is text"
        assert "<script" not in said
        assert " style=" not in said
        names = [each.get("id") for each in tree.iter() if each.get("id")]
        assert len(names) == len(set(names))
        for link in tree.iter("a"):
            href = link.get("href") or ""
            assert href.startswith("/") or href.removeprefix("#") in names
        for table in tree.iter("table"):
            assert table.find("caption") is not None
            assert all(head.get("scope") in {"row", "col"} for head in table.iter("th"))
        assert len(list(tree.iter("h1"))) == len(list(tree.iter("main"))) == 1
    said, tree = page(visitor, f"/{language}/findings")
    assert FOUND[2].text(language) in said


def test_the_worst_comes_first(visitor):
    visitor.log_in()
    said, tree = page(visitor, "/fr/")
    boxes = [each.get("class") for each in tree.iter("div") if "box" in (each.get("class") or "")]
    assert boxes == ["box stop", "box mend"]
    sections = [each.get("id") for each in tree.iter("section")]
    assert sections[:2] == ["findings", "certificates"]
    assert FOUND[2].text("fr") not in said, "what is well is on its own page"
    visitor.told.overview = Silent("engine_silent")
    said, tree = page(visitor, "/fr/")
    first = next(each for each in tree.iter("div") if "box" in (each.get("class") or ""))
    assert "".join(first.itertext()).startswith("Le moteur ne répond pas")
    visitor.told.found = Findings((), None)
    assert "est en cours" in page(visitor, "/fr/")[0]


def test_all_is_well_is_said_only_when_it_is(visitor):
    visitor.log_in()
    well = {
        **OVERVIEW,
        "readers": OVERVIEW["readers"][:1],
        "certificates": OVERVIEW["certificates"][:1],
        "unresolved": {"count": 0, "legs": []},
    }
    visitor.told.found = Findings(FOUND[2:], 1.0)
    assert WORDS["all_well"].fr not in page(visitor, "/fr/")[0]
    visitor.told.overview = msgspec.convert(well, Overview)
    assert WORDS["all_well"].fr in page(visitor, "/fr/")[0]


def test_a_page_that_reloads_says_so(visitor):
    visitor.log_in()
    assert 'http-equiv="refresh"' not in page(visitor, "/fr/")[0]
    assert 'http-equiv="refresh" content="60"' in page(visitor, "/fr/?every=60")[0]
    assert 'http-equiv="refresh"' not in page(visitor, "/fr/?every=1")[0]


def test_every_word_of_the_domain_is_said():
    for told, said in ((Overview, WORDS), (Lock, LOCKS)):
        assert said, told
    assert set(LOCKS) == set(Lock)
    assert KINDS
    assert TENDERS
    assert STATES
    assert lock("no_core", "fr") == "aucun fichier core"
    assert lock("of_tomorrow", "fr") == "of_tomorrow"
    assert money(123450, "en") == "$1,234.50"
    assert money(5, "fr") == "0,05\u00a0$"
