"""A browser that keeps its cookies, and what it visits: the site, who is known there and what it is told."""

import asyncio

import msgspec

from pos_bridge.admin.told import Overview
from pos_bridge.checkup.finding import good, mend, stop
from pos_bridge.domain.audit import Role
from pos_bridge.domain.operator import Checked, Operator, OperatorsUnusableError, Refused, Wait
from pos_bridge.page.facts import Findings, Silent
from pos_bridge.page.request import Request
from pos_bridge.page.response import Response
from pos_bridge.page.session import Sessions
from pos_bridge.page.site import FORM, SESSION, Site
from pos_bridge.words import Words
from tests.page.till import OVERVIEW

FOUND = (
    stop("engine", Words("`<b>arrêt</b>` {n}", "`<b>stop</b>` {n}"))(n="1"),
    mend("backup", Words("à faire", "to do"))(),
    good("disk", Words("bien", "well"))(),
)
ANSWERS: dict[int, Checked] = {
    1: Operator(1, "Ines", frozenset({Role.IT})),
    2: Operator(2, "Carl", frozenset({Role.CASHIER, Role.SUPERVISOR, Role.PRIVACY_OFFICER})),
    3: Wait(8),
}


class Known:
    def __init__(self) -> None:
        self.standings: dict[int, bytes | None] = {1: b"as it was"}
        self.broken = False

    def standing(self, number: int, /) -> bytes | None:
        if self.broken:
            raise OperatorsUnusableError
        return self.standings.get(number)

    def check(self, number: int, password_typed: str, /) -> Checked:
        if number == 4:
            raise OperatorsUnusableError
        return ANSWERS.get(number, Refused()) if password_typed == "right" else Refused()


class Told:
    def __init__(self) -> None:
        self.overview: Overview | Silent = msgspec.convert(OVERVIEW, Overview)
        self.found = Findings(FOUND, 3.0)

    async def engine(self) -> Overview | Silent:
        return self.overview

    async def findings(self) -> Findings:
        return self.found


class Visitor:
    """A browser that keeps its cookies."""

    def __init__(self) -> None:
        self.told = Told()
        self.known = Known()
        self.site = Site(self.known, self.told, Sessions(lambda: 0.0), "fr")
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Response:
        path, _, query = path.partition("?")
        usual = {"host": "localhost:8445", "sec_fetch_site": "same-origin"}
        if body:
            usual["content_type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            usual["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {name.replace("_", "-"): value.encode() for name, value in {**usual, **headers}.items() if value}
        response = asyncio.run(self.site.answer(Request(method, path, query.encode(), tuple(sent.items()), body)))
        for name, value in response.headers:
            if name == "Set-Cookie":
                pair, *rest = value.split("; ")
                assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(rest)
                cookie, _, content = pair.partition("=")
                assert cookie.startswith("__Host-")
                self.cookies.pop(cookie, None)
                if content:
                    self.cookies[cookie] = content
        return response

    def log_in(self, number: int = 1, password: str = "right", **headers: str) -> Response:
        self.ask("GET", "/fr/login")
        body = f"token={self.cookies.get(FORM)}&number={number}&password={password}"
        return self.ask("POST", "/fr/login", body.encode(), **headers)

    @property
    def csrf(self) -> str:
        session = self.site._sessions.find(self.cookies[SESSION])
        assert session is not None
        return session.csrf


def went(response: Response) -> str | None:
    return dict(response.headers).get("Location")
