"""The pages and who gets them: a table of routes, the login, and nothing that changes the till.

Deny by default: a route is somebody's only as its row says. Every answer is one of page/response.py's.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from pos_bridge.admin.told import Overview
from pos_bridge.domain.audit import Role
from pos_bridge.domain.operator import Checked, Operator, OperatorsUnusableError, Refused, Wait
from pos_bridge.page import login, overview
from pos_bridge.page.door import turned_away
from pos_bridge.page.facts import Findings, Silent
from pos_bridge.page.frame import EVERY, Frame
from pos_bridge.page.request import BadRequestError, Request
from pos_bridge.page.response import Response, elsewhere, shown
from pos_bridge.page.session import Session, Sessions, fresh, same
from pos_bridge.page.style import SHEET
from pos_bridge.page.words import say
from pos_bridge.words import Language

SESSION = "__Host-pos-bridge"
FORM = "__Host-pos-bridge-form"
_MOST_CHECKS = 4  # passwords that wait to be looked at: each look takes tenths of a second and much memory
_DENIED = {400: "cannot", 403: "form_old", 404: "not_found", 405: "cannot", 413: "cannot", 415: "cannot", 421: "cannot"}


class Known(Protocol):
    """pos_bridge.operators.store.Operators: blocking; raises OperatorsUnusableError."""

    def check(self, number: int, password_typed: str, /) -> Checked: ...

    def standing(self, number: int, /) -> bytes | None: ...


class Shown(Protocol):
    """pos_bridge.page.facts.Facts."""

    async def engine(self) -> Overview | Silent: ...

    async def findings(self) -> Findings: ...


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """A request for a page in a language. `session`: of whoever is logged in."""

    request: Request
    frame: Frame
    session: Session | None


_Answer = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """`for_all`: without a login too."""

    method: str
    answer: _Answer
    for_all: bool = False


class Site:
    """`usual`: the language of whoever asks for none. `close` ends the thread that looks at passwords."""

    def __init__(self, operators: Known, facts: Shown, sessions: Sessions, usual: Language) -> None:
        self._operators = operators
        self._facts = facts
        self._sessions = sessions
        self._usual: Language = usual
        self._thread = ThreadPoolExecutor(1, "passwords")
        self._looks = ThreadPoolExecutor(1, "operators")  # whoever is in does not wait for those who try to get in
        self._checks = 0
        self._routes: Mapping[str, tuple[Route, ...]] = {
            "": (Route("GET", self._overview),),
            "findings": (Route("GET", self._findings),),
            "login": (Route("GET", self._form, for_all=True), Route("POST", self._login, for_all=True)),
            "logout": (Route("POST", self._logout),),
        }

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._looks.shutdown(cancel_futures=True)

    async def answer(self, request: Request) -> Response:
        refused = turned_away(request)
        if refused is not None:
            return self.refusal(refused)
        if request.path == "/":
            return elsewhere(f"/{self._usual}/")
        if request.path == "/style.css":
            return Response(200, SHEET.encode(), "text/css; charset=utf-8")
        language, path = _split(request.path)
        routes = None if language is None else self._routes.get(path)
        if language is None or routes is None:
            return self.refusal(404, language)
        asked = "GET" if request.method == "HEAD" else request.method
        for route in routes:
            if route.method == asked:
                return await self._through(route, request, language, path)
        return self.refusal(405, language, ("Allow", ", ".join(route.method for route in routes)))

    def refusal(self, status: int, language: Language | None = None, *headers: tuple[str, str]) -> Response:
        """The page of a status that is an error."""
        frame = Frame(language or self._usual, "")
        return shown(login.refusal(frame, _DENIED.get(status, "broken")), status, *headers)

    async def _through(self, route: Route, request: Request, language: Language, path: str) -> Response:
        refreshing = path == "" and request.query == EVERY.encode()
        session = await self._session(request.cookie(SESSION), active=not refreshing)
        if session is None and not route.for_all:
            return elsewhere(f"/{language}/login")
        frame = Frame(language, path, None if session is None else session.csrf, refreshing)
        try:
            return await route.answer(Visit(request, frame, session))
        except BadRequestError as bad:
            return self.refusal(bad.status, language)

    async def _session(self, cookie: str | None, *, active: bool) -> Session | None:
        """Of somebody who is what they were when they came in: a role or a password that goes ends it at once."""
        session = self._sessions.find(cookie, active=active)
        if session is None:
            return None
        look = asyncio.get_running_loop().run_in_executor(self._looks, self._operators.standing, session.operator)
        try:
            if await look == session.standing:
                return session
        except OperatorsUnusableError:
            return None  # nobody is shown anything until it is known who they are
        self._sessions.close(cookie)
        return None

    async def _overview(self, visit: Visit) -> Response:
        engine, findings = await asyncio.gather(self._facts.engine(), self._facts.findings())
        return shown(overview.overview(visit.frame, engine, findings))

    async def _findings(self, visit: Visit) -> Response:
        return shown(overview.all_findings(visit.frame, await self._facts.findings()))

    async def _form(self, visit: Visit) -> Response:
        if visit.session is not None:
            return elsewhere(visit.frame.at(""))
        return _login_page(visit)

    async def _login(self, visit: Visit) -> Response:
        form = visit.request.form()
        if not same(form.get("token"), visit.request.cookie(FORM)):
            return _login_page(visit, 403, "form_old")
        number, password = form.get("number", "").strip(), form.get("password", "")
        if not (number.isascii() and number.isdecimal() and password):
            return _login_page(visit, 403, "refused")
        if self._checks >= _MOST_CHECKS:
            return _login_page(visit, 503, "busy")
        try:
            checked, standing = await self._check(int(number), password)
        except OperatorsUnusableError:
            return _login_page(visit, 503, "operators_unusable")
        match checked:
            case Operator() if Role.IT in checked.roles and standing is not None:
                cookie = self._sessions.open(checked.number, standing)
                return elsewhere(visit.frame.at("")).with_cookie(SESSION, cookie).with_cookie(FORM, "")
            case Operator():
                return _login_page(visit, 403, "not_it")
            case Wait(seconds):
                return _login_page(visit, 429, "wait", seconds=seconds)
            case Refused():
                return _login_page(visit, 403, "refused")

    async def _check(self, number: int, password: str) -> tuple[Checked, bytes | None]:
        """With the standing of whoever has the number."""
        self._checks += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._checked, number, password)
        finally:
            self._checks -= 1

    def _checked(self, number: int, password: str) -> tuple[Checked, bytes | None]:
        standing = self._operators.standing(number)  # first: what changes from here on ends the session
        return self._operators.check(number, password), standing

    async def _logout(self, visit: Visit) -> Response:
        if visit.session is None or not same(visit.request.form().get("token"), visit.session.csrf):
            return self.refusal(403, visit.frame.language)
        self._sessions.close(visit.request.cookie(SESSION))
        return elsewhere(visit.frame.at("login")).with_cookie(SESSION, "")


def _split(path: str) -> tuple[Language | None, str]:
    """`/fr/findings` is French, `findings`."""
    _, language, *rest = path.split("/", 2)
    if not rest:
        return None, ""
    match language:
        case "fr" | "en":
            return language, rest[0]
        case _:
            return None, ""


def _login_page(visit: Visit, status: int = 200, word: str | None = None, **values: object) -> Response:
    """With a token that this form and this browser alone have."""
    told = None if word is None else say(word, visit.frame.language, **values)
    token = fresh()
    retry = (("Retry-After", str(values["seconds"])),) if "seconds" in values else ()
    frame = Frame(visit.frame.language, "login")
    return shown(login.login(frame, token, told), status, *retry).with_cookie(FORM, token)
