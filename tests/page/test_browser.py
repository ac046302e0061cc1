"""The status page in a real browser: with the keyboard alone, in both languages, on a narrow and on a wide screen."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page.chromium import Browser, chromium
from tests.page.till import CASHIER, HASTY, IT, PASSWORD, Engine, Till
from tests.processes import descendants, survivors

pytestmark = pytest.mark.timeout(300)
NARROW, WIDE = 320, 1280


@pytest.fixture(scope="module", name="till")
def of_a_shop(tmp_path_factory: pytest.TempPathFactory) -> Till:
    return Till(tmp_path_factory.mktemp("till"))


@pytest.fixture(scope="module", name="engine")
def that_answers(till: Till) -> Iterator[Engine]:
    with till.engine() as engine:
        yield engine


@pytest.fixture(scope="module", name="browser")
def headless(till: Till, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with till.page(), chromium(tmp_path_factory.mktemp("profile"), till.spki) as browser:
        yield browser
        started = descendants(os.getpid())
    assert not survivors(started, 20)


def try_in(browser: Browser, number: int, password: str) -> None:
    """By the keyboard: the field of the number has the focus already."""
    browser.until("document.activeElement.id === 'number'")
    browser.type(str(number))
    browser.press("Tab")
    browser.type(password)
    browser.press("Enter", leads_on=True)


def focus_is_seen(browser: Browser) -> bool:
    return bool(browser.see("getComputedStyle(document.activeElement).outlineStyle !== 'none'"))


def test_a_day_of_its_life(till, engine, browser, tmp_path):
    """One story, because one browser: each step needs the one before."""
    nobody_is_in(till, browser, tmp_path)
    somebody_comes_in(browser, tmp_path)
    what_is_shown(browser)
    nothing_sticks_out(till, browser, tmp_path)
    every_stop_of_the_keyboard_is_seen(till, browser)
    as_it_is_printed(browser, tmp_path)
    engine.end()
    browser.open(f"{till.url}/fr/")
    assert browser.see("document.querySelector('main .box').innerText").startswith("Le moteur ne répond pas")
    browser.picture(tmp_path / "silent-fr.png")
    out_again(till, browser)


def nobody_is_in(till: Till, browser: Browser, tmp_path: Path) -> None:
    # Nobody is in: the login page, in the till's language.
    browser.resize(WIDE)
    browser.open(till.url)
    assert browser.see("location.pathname") == "/fr/login"
    assert browser.see("document.documentElement.lang") == "fr"
    browser.picture(tmp_path / "login-fr.png")


def somebody_comes_in(browser: Browser, tmp_path: Path) -> None:
    """Not who is not of IT, nor with another password, nor too soon."""
    try_in(browser, CASHIER, PASSWORD)
    assert "rôle « informatique »" in browser.text
    try_in(browser, IT, "tuque rouge")
    assert "ne vont pas ensemble" in browser.text
    try_in(browser, HASTY, PASSWORD)
    assert "Attendez " in browser.text
    browser.picture(tmp_path / "login-wait-fr.png")
    # The other language, by the keyboard.
    browser.tab_to("a[hreflang=en]")
    assert focus_is_seen(browser)
    browser.press("Enter", leads_on=True)
    assert browser.see("document.documentElement.lang") == "en"
    for _ in range(10):
        try_in(browser, IT, PASSWORD)
        if browser.see("location.pathname") == "/en/":
            break
        assert "Too many tries" in browser.text  # so far: a second after the one above


def what_is_shown(browser: Browser) -> None:
    assert browser.see("location.pathname") == "/en/"
    text = browser.text
    for said in (
        "to settle now",
        "nobody answers on port",
        "counter",
        "its room did not start",
        "ended",
        "$45.99",
        "$1,234.50",
    ):
        assert said in text, said
    # What the cookie is, and that no script can see it.
    cookies = browser.do("Network.getCookies")["cookies"]
    (cookie,) = [each for each in cookies if each["name"] == "__Host-pos-bridge"]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["session"]) == (True, True, "Strict", True)
    assert browser.see("document.cookie") == ""
    # The skip link is the first stop, and leads past the navigation.
    browser.see("document.activeElement.blur()")
    browser.press("Tab")
    assert browser.see("document.activeElement.className") == "skip"
    assert focus_is_seen(browser)
    browser.press("Enter")
    assert browser.see("document.activeElement.id") == "main"


def nothing_sticks_out(till: Till, browser: Browser, tmp_path: Path) -> None:
    for language in ("fr", "en"):
        for path in ("", "findings"):
            for width in (NARROW, WIDE):
                browser.resize(width)
                browser.open(f"{till.url}/{language}/{path}")
                assert browser.see("document.documentElement.scrollWidth") <= width, (language, path, width)
                browser.picture(tmp_path / f"{path or 'overview'}-{language}-{width}.png")
    assert browser.see("document.scripts.length") == 0


def every_stop_of_the_keyboard_is_seen(till: Till, browser: Browser) -> None:
    browser.open(f"{till.url}/fr/")
    stops = browser.see("document.querySelectorAll('a, button').length")
    for _ in range(stops):
        browser.press("Tab")
        assert focus_is_seen(browser)
    assert stops >= 11


def as_it_is_printed(browser: Browser, tmp_path: Path) -> None:
    browser.do("Emulation.setEmulatedMedia", media="print")
    assert browser.see("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.picture(tmp_path / "overview-fr-print.png")
    browser.do("Emulation.setEmulatedMedia", media="")


def out_again(till: Till, browser: Browser) -> None:
    """By the keyboard; and the way back is closed."""
    browser.tab_to("header button")
    browser.press("Enter", leads_on=True)
    assert browser.see("location.pathname") == "/fr/login"
    browser.open(f"{till.url}/fr/")
    assert browser.see("location.pathname") == "/fr/login"
    left = {each["name"] for each in browser.do("Network.getCookies")["cookies"]}
    assert "__Host-pos-bridge" not in left
