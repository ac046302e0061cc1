"""The page: well formed, whatever a person is called; nothing of them becomes anything but text; it fetches nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from enum import Enum
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.domain.access import Access
from pos_bridge.domain.details import Details, Field
from pos_bridge.domain.identity import Chouchous, HomeDelivery
from pos_bridge.domain.person import Month, Person, Right, RightRequest
from pos_bridge.domain.purposes import Retention
from pos_bridge.dossier import names
from pos_bridge.dossier.html import DOCTYPE, text
from pos_bridge.dossier.page import Shop, page
from pos_bridge.words import LANGUAGES, Language, Words
from tests.dossier.makers import NASTY, accesses

SHOP = Shop(("Chez <Clément> & fils", "12, rue Sainte-Catherine"), 7, Retention())
languages = st.sampled_from(LANGUAGES)
VOID = {"meta"}
USED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "h1", "h2", "p", "ul", "li", "table",
    "thead", "tbody", "tr", "th", "td", "span", "bdi",
}  # fmt: skip


def somebody(**changes: object) -> Access:
    person = Person(bytes(32), Chouchous("CH-1"), Month(2026, 11))
    return Access(date(2026, 11, 23), replace(person, **changes), False, frozenset(), (), None)  # type: ignore[arg-type]  # fields of it


def parsed(raw: bytes) -> ET.Element:
    first, _, rest = raw.decode("utf-8").partition("\n")
    assert first == DOCTYPE
    return ET.fromstring(rest)


def words(root: ET.Element) -> str:
    return re.sub(r"\s+", " ", " ".join(root.itertext()))


class Tags(HTMLParser):
    """As a browser reads it: every start and end tag, and text outside any."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert {name for name, _ in attrs} <= {"lang", "charset", "http-equiv", "content", "name", "scope", "class"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, _data: str) -> None:
        pytest.fail("a comment")

    def unknown_decl(self, _data: str) -> None:
        pytest.fail("a declaration")


@given(accesses, languages)
def test_whatever_is_kept_the_page_is_well_formed_and_of_known_elements(access: Access, language: Language):
    raw = page(access, SHOP, language)
    root = parsed(raw)
    assert {each.tag for each in root.iter()} <= USED
    assert root.get("lang") == f"{language}-CA"
    as_browser = Tags()
    as_browser.feed(raw.decode())
    as_browser.close()
    assert as_browser.open == []
    assert as_browser.seen <= USED


@given(accesses, languages)
def test_every_text_of_the_person_stands_there_and_by_itself(access: Access, language: Language):
    root = parsed(page(access, SHOP, language))
    theirs = ["".join(each.itertext()) for each in root.iter("bdi")]
    choice = access.person.choice
    number = choice.member if isinstance(choice, Chouchous) else choice.order
    wanted = [number, *(_shown(told) for _, told in access.person.details.given)]
    assert theirs == wanted


@given(accesses, languages)
def test_every_sale_stands_there(access: Access, language: Language):
    shown = words(parsed(page(access, SHOP, language)))
    for sale in access.sales:
        assert str(sale.linked.key) in shown
        assert all(str(refund.key) in shown for refund in sale.refunds)
        assert sale.recorded is None or sale.recorded.day.isoformat() in shown


@given(st.sampled_from(NASTY) | st.text())
def test_what_is_escaped_is_the_same_text_again(plain: str):
    escaped = text(plain)
    assert not set("<>\"'") & set(escaped)
    read = ET.fromstring(f"<p>{escaped}</p>").text or ""
    assert read == _shown(plain)


def _shown(plain: str) -> str:
    """Characters that no page can have are shown as such."""
    return "".join("\ufffd" if _unwritable(ord(letter)) else letter for letter in plain)


def _unwritable(code: int) -> bool:
    control = (code < 0x20 and code not in {0x09, 0x0A}) or 0x7F <= code <= 0x9F
    return control or 0xD800 <= code <= 0xDFFF or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


@given(accesses, languages)
def test_it_asks_for_nothing_and_runs_nothing(access: Access, language: Language):
    root = parsed(page(access, SHOP, language))
    style = "".join(root.find("head/style").itertext())  # type: ignore[union-attr]  # it is there, or this fails
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = [each.get("content") for each in root.iter("meta") if each.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_the_policy_allows_the_very_style_that_is_there():
    import base64
    import hashlib

    root = parsed(page(somebody(), SHOP, "fr"))
    style = "".join(root.find("head/style").itertext())  # type: ignore[union-attr]  # it is there, or this fails
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert any(digest in (each.get("content") or "") for each in root.iter("meta"))


def test_in_french_and_in_english():
    access = somebody(
        details=Details(((Field.LAST_NAME, "Roy"),)), requests=(RightRequest(Right.ACCESS, date(2026, 11, 3)),)
    )
    fr, en = (words(parsed(page(access, SHOP, language))) for language in LANGUAGES)
    assert "Ce qui est gardé sur vous" in fr
    assert "Votre banque" in fr
    assert "What is kept about you" in en
    assert "attendue au plus tard le 2026-12-03" in fr
    assert "to be answered by 2026-12-03" in en
    for said in (fr, en):
        assert "Roy" in said
        assert "Chez <Clément> & fils" in said
        assert "Commission d'accès à l'information du Québec" in said
        assert "36" in said


def test_of_another_it_is_said_that_it_is_not_shown():
    access = replace(somebody(choice=HomeDelivery("WEB/1"), keep_until=date(2026, 12, 24)), withheld=True)
    said = words(parsed(page(access, SHOP, "fr")))
    assert "sont ceux d'une autre personne" in said
    assert "Jusqu'au 2026-12-24" in said


def tables() -> Iterator[tuple[type[Enum], dict[Enum, Words]]]:
    for table in vars(names).values():
        if isinstance(table, dict) and table and all(isinstance(key, Enum) for key in table):
            yield type(next(iter(table))), table


@pytest.mark.parametrize(("kind", "table"), list(tables()))
def test_every_word_of_each_list_has_a_name(kind, table):
    assert set(table) == set(kind)
