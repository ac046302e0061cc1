"""What stands around every page, and the pieces that pages are made of: header, navigation, tables, marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_bridge.checkup.finding import Weight
from pos_bridge.dossier.html import DOCTYPE, Html, element, marked, text, void
from pos_bridge.page.words import say
from pos_bridge.words import LANGUAGES, Language

REFRESH_S = 60
EVERY = "every=60"

# A table keeps its meaning where style sheets lay it out otherwise: each piece says what it is.
_TABLE, _ROWS, _ROW, _HEAD, _NAME, _CELL = "table", "rowgroup", "row", "columnheader", "rowheader", "cell"


@dataclass(frozen=True, slots=True)
class Link:
    path: str
    words: str


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """`path`: of this page behind its language. `csrf`: of whoever is logged in. `refreshing`: it reloads itself."""

    language: Language
    path: str
    csrf: str | None = None
    refreshing: bool = False

    def page(self, title: str, *inside: Html, links: Sequence[Link] = ()) -> Html:
        whole = f"{title} - pos-bridge"
        head = element(
            "head",
            void("meta", {"charset": "utf-8"}),
            element("title", text(whole)),
            void("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
            *([void("meta", {"http-equiv": "refresh", "content": str(REFRESH_S)})] if self.refreshing else []),
            void("link", {"rel": "stylesheet", "href": "/style.css"}),
        )
        body = element(
            "body",
            element("a", text(say("skip", self.language)), class_="skip", href="#main"),
            self._header(),
            *([self._nav(links)] if links else []),
            element("main", element("h1", text(title)), *inside, id="main", tabindex="-1"),
            element("footer", element("p", text(say("read_only", self.language)))),
        )
        return Html(f"{DOCTYPE}\n{element('html', head, body, lang=self.language)}\n")

    def at(self, path: str) -> str:
        return f"/{self.language}/{path}"

    def _header(self) -> Html:
        (other,) = (each for each in LANGUAGES if each != self.language)
        switch = element(
            "a",
            text(say("own_name", other)),
            href=f"/{other}/{self.path}{'?' + EVERY if self.refreshing else ''}",
            lang=other,
            hreflang=other,
        )
        out = () if self.csrf is None else (self._logout(self.csrf),)
        return element("header", element("p", text("pos-bridge")), switch, *out)

    def _logout(self, csrf: str) -> Html:
        return element(
            "form",
            void("input", {"type": "hidden", "name": "token", "value": csrf}),
            element("button", text(say("logout", self.language)), type="submit"),
            method="post",
            action=self.at("logout"),
        )

    def _nav(self, links: Sequence[Link]) -> Html:
        listed = (element("li", element("a", text(link.words), href=link.path)) for link in links)
        return element("nav", element("ul", *listed), **{"aria-label": say("sections", self.language)})


def badge(weight: Weight, language: str) -> Html:
    return element("span", text(weight.value.to(language)), class_=" ".join(("badge", css(weight))))


def box(weight: Weight, plain: str) -> Html:
    return element("div", element("p", marked(plain)), class_=" ".join(("box", css(weight))))


def quiet(plain: str) -> Html:
    return element("p", marked(plain), class_="quiet")


def css(weight: Weight) -> str:
    return weight.name.lower()


@dataclass(frozen=True, slots=True)
class Cell:
    """`amount`: a number, set to the right."""

    inside: Html
    amount: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The first cell names the row. `weight`: how its ground is coloured, if it is."""

    cells: tuple[Cell, ...]
    weight: Weight | None = None


def cells(*plain: str) -> tuple[Cell, ...]:
    return tuple(Cell(text(each)) for each in plain)


def table(caption: str, head: Sequence[str], rows: Sequence[Row]) -> Html:
    """Each row has as many cells as `head` has names; ValueError otherwise."""
    amounts = [cell.amount for cell in rows[0].cells] if rows else [False] * len(head)
    titles = (
        element("th", text(name), scope="col", role=_HEAD, **({"class_": "amount"} if amount else {}))
        for name, amount in zip(head, amounts, strict=True)
    )
    return element(
        "table",
        element("caption", marked(caption)),
        element("thead", element("tr", *titles, role=_ROW), role=_ROWS),
        element("tbody", *(_row(head, row) for row in rows), role=_ROWS),
        role=_TABLE,
    )


def _row(head: Sequence[str], row: Row) -> Html:
    (_, first), *rest = zip(head, row.cells, strict=True)
    named = element("th", first.inside, scope="row", role=_NAME)
    others = (
        element("td", cell.inside, role=_CELL, **{"data-label": name}, **({"class_": "amount"} if cell.amount else {}))
        for name, cell in rest
    )
    colour = {} if row.weight is None else {"class_": css(row.weight)}
    return element("tr", named, *others, role=_ROW, **colour)
