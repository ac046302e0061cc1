"""Pieces of a page: text is escaped where it becomes HTML, and nowhere can it become anything else.

What is made here is HTML5 and well-formed XML at once, so that any reader takes it. A text of a person stands in a
<bdi>: letters that run from right to left turn nothing around them.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import NewType

Html = NewType("Html", str)

DOCTYPE = "<!DOCTYPE html>"

_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
# What HTML and XML have no way to write: shown as the character for what cannot be shown.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LAST_OF_PLANE = 0xFFFE  # the last two code points of every plane are no characters


def text(plain: str) -> Html:
    return Html("".join(_ESCAPED.get(letter, _written(letter)) for letter in _UNWRITABLE.sub("\ufffd", plain)))


def theirs(plain: str) -> Html:
    """A text that a person gave."""
    return Html(f"<bdi>{text(plain)}</bdi>")


def element(name: str, *inside: Html, **attributes: str) -> Html:
    """`class_` is the attribute class."""
    told = _attributes({key.rstrip("_"): value for key, value in attributes.items()})
    return Html(f"<{name}{told}>{''.join(inside)}</{name}>")


def void(name: str, attributes: Mapping[str, str]) -> Html:
    """An element that holds nothing."""
    return Html(f"<{name}{_attributes(attributes)} />")


def marked(plain: str) -> Html:
    """A sentence; what stands between backticks is what one types."""
    pieces = plain.split("`")
    if len(pieces) % 2 == 0:
        return text(plain)
    return Html(
        "".join(element("code", text(piece)) if place % 2 else text(piece) for place, piece in enumerate(pieces))
    )


def document(title: str, style: str, language: str, body: Html) -> bytes:
    """A page by itself, in UTF-8. It loads nothing and runs nothing, whatever stands in it, and looks by `style`."""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{digest}'"
    head = element(
        "head",
        void("meta", {"charset": "utf-8"}),
        void("meta", {"http-equiv": "Content-Security-Policy", "content": allowed}),
        void("meta", {"name": "viewport", "content": "width=device-width"}),
        element("title", text(title)),
        element("style", Html(style)),
    )
    return f"{DOCTYPE}\n{element('html', head, body, lang=f'{language}-CA')}\n".encode()


def heading(words: str) -> Html:
    return element("h2", text(words))


def paragraph(words: str) -> Html:
    return element("p", text(words))


def items(*each: Html) -> Html:
    return element("ul", *(element("li", one) for one in each))


def pairs(rows: list[tuple[str, Html]]) -> Html:
    """A table of names and what they are."""
    cells = (element("tr", element("th", text(name), scope="row"), element("td", value)) for name, value in rows)
    return element("table", element("tbody", *cells))


def table(head: list[str], rows: list[list[Html]]) -> Html:
    titles = element("thead", element("tr", *(element("th", text(title), scope="col") for title in head)))
    body = element("tbody", *(element("tr", *(element("td", cell) for cell in row)) for row in rows))
    return element("table", titles, body)


def _attributes(attributes: Mapping[str, str]) -> str:
    return "".join(f' {key}="{text(value)}"' for key, value in attributes.items())


def _written(letter: str) -> str:
    return "\ufffd" if ord(letter) & _LAST_OF_PLANE == _LAST_OF_PLANE else letter
