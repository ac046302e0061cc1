"""The login page, and the page of whoever is refused something."""

from pos_bridge.checkup.finding import Weight
from pos_bridge.dossier.html import Html, element, text, void
from pos_bridge.page.frame import Frame, Link, box, quiet
from pos_bridge.page.words import say


def login(frame: Frame, token: str, told: str | None = None) -> Html:
    """`token`: what the form's cookie carries too. `told`: why the last try did not go in."""
    said = {} if told is None else {"aria-describedby": "told"}
    number = {"type": "text", "id": "number", "name": "number", "inputmode": "numeric", "autocomplete": "username"}
    password = {"type": "password", "id": "password", "name": "password", "autocomplete": "current-password"}
    form = element(
        "form",
        void("input", {"type": "hidden", "name": "token", "value": token}),
        element("label", text(say("number", frame.language)), for_="number"),
        void("input", {**number, "maxlength": "4", "required": "required", "autofocus": "autofocus", **said}),
        element("label", text(say("password", frame.language)), for_="password"),
        void("input", {**password, "maxlength": "128", "required": "required", **said}),
        element("div", element("button", text(say("enter", frame.language)), type="submit")),
        method="post",
        action=frame.at("login"),
    )
    why = () if told is None else (element("div", box(Weight.STOP, told), id="told", role="alert"),)
    return frame.page(say("login", frame.language), *why, quiet(say("for_it", frame.language)), form)


def refusal(frame: Frame, word: str) -> Html:
    links = [Link(frame.at(""), say("back", frame.language))]
    return frame.page(say("title", frame.language), box(Weight.MEND, say(word, frame.language)), links=links)
