"""The status page in a real browser: with the keyboard alone, in both languages, on a narrow and on a wide screen."""

from collections.abc import Iterator

import pytest

from tests.page.chromium import Browser, chromium
from tests.page.till import CASHIER, IT, PASSWORD, Engine, Till
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
    import os

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
    # Nobody is in: the login page, in the till's language.
    browser.resize(WIDE)
    browser.open(till.url)
    assert browser.see("location.pathname") == "/fr/login"
    assert browser.see("document.documentElement.lang") == "fr"
    browser.picture(tmp_path / "login-fr.png")
    # Somebody who is not of IT is told so; and a wrong password is.
    try_in(browser, CASHIER, PASSWORD)
    assert "rôle IT" in browser.text
    try_in(browser, IT, "tuque rouge")
    assert "ne vont pas ensemble" in browser.text
    try_in(browser, IT, PASSWORD)
    assert "Attendez 1 secondes" in browser.text or "Attendez 2 secondes" in browser.text
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
        assert "Too many tries" in browser.text
    # In: what the engine tells, and what doctor found.
    assert browser.see("location.pathname") == "/en/"
    text = browser.text
    for said in ("to settle now", "Nobody answers", "counter", "its room did not start", "ended", "$45.99", "$1234.50"):
        assert said in text, said
    assert "not recorded" not in text
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
    # Narrow and wide, in both languages: nothing sticks out.
    for language in ("fr", "en"):
        for path in ("", "findings"):
            for width in (NARROW, WIDE):
                browser.resize(width)
                browser.open(f"{till.url}/{language}/{path}")
                assert browser.see("document.documentElement.scrollWidth") <= width, (language, path, width)
                browser.picture(tmp_path / f"{path or 'overview'}-{language}-{width}.png")
    assert browser.see("document.scripts.length") == 0
    # Every stop of the keyboard is seen.
    browser.open(f"{till.url}/fr/")
    stops = browser.see("document.querySelectorAll('a, button').length")
    for _ in range(stops):
        browser.press("Tab")
        assert focus_is_seen(browser)
    assert stops >= 11
    # As it is printed.
    browser.do("Emulation.setEmulatedMedia", media="print")
    assert browser.see("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.picture(tmp_path / "overview-fr-print.png")
    browser.do("Emulation.setEmulatedMedia", media="")
    # The engine is gone: that comes first.
    engine.end()
    browser.open(f"{till.url}/fr/")
    assert browser.see("document.querySelector('main .box').innerText").startswith("Le moteur ne répond pas")
    browser.picture(tmp_path / "silent-fr.png")
    # Out, by the keyboard; and the way back is closed.
    browser.tab_to("header button")
    browser.press("Enter", leads_on=True)
    assert browser.see("location.pathname") == "/fr/login"
    browser.open(f"{till.url}/fr/")
    assert browser.see("location.pathname") == "/fr/login"
    assert browser.do("Network.getCookies")["cookies"] == [] or all(
        each["name"] != "__Host-pos-bridge" for each in browser.do("Network.getCookies")["cookies"]
    )
