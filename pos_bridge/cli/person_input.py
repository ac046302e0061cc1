"""Who is meant and what is to be corrected: from a terminal that asks, or from standard input. Never from argv.

What was typed is in no message: a line is told by its number.
"""

import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from pos_bridge.cli.person_words import say
from pos_bridge.domain.details import Field
from pos_bridge.domain.identity import Choice, Chouchous, HomeDelivery

MOST = 64 * 1024  # bytes of standard input: eleven fields and a number are far less
_NUMBERS: dict[str, type[Chouchous | HomeDelivery]] = {
    "member": Chouchous,
    "membre": Chouchous,
    "order": HomeDelivery,
    "commande": HomeDelivery,
}
_SET, _CLEAR = frozenset({"set", "mettre"}), frozenset({"clear", "vider"})
_IN_FRENCH = {
    Field.LAST_NAME: "nom",
    Field.FIRST_NAME: "prenom",
    Field.STREET: "rue",
    Field.CITY: "ville",
    Field.PROVINCE: "province",
    Field.POSTAL_CODE: "code_postal",
    Field.COUNTRY: "pays",
    Field.EMAIL: "courriel",
    Field.PHONE: "telephone",
    Field.CHILD_SIZE: "taille_enfant",
    Field.CHILD_MONTH: "mois_enfant",
}
_FIELDS = {name: field for field in Field for name in (field.name.lower(), _IN_FRENCH[field])}


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """None in `changes`: the field is to be empty."""

    choice: Choice
    changes: dict[Field, str | None] = field(default_factory=dict)


class WrongWordsError(Exception):
    """A sentence of WORDS, and what fills its places: numbers of lines and names of fields."""

    def __init__(self, word: str, **values: object) -> None:
        super().__init__(word)
        self.word = word
        self.values = values


def given(language: str, *, changes: bool = False) -> Given:
    """Raises WrongWordsError. At a terminal the questions are on standard error: what is read may be piped on."""
    lines = _asked(language, changes=changes) if at_terminal() else _piped()
    return parsed(lines, language, changes=changes)


def at_terminal() -> bool:
    return sys.stdin.isatty()


def line(question: str) -> str:
    """What is typed after a question; empty at its end. Raises WrongWordsError for what is no text."""
    sys.stderr.write(question)
    sys.stderr.flush()
    try:
        return sys.stdin.readline(MOST).strip()
    except UnicodeDecodeError:
        pass
    raise WrongWordsError("too_much")


def parsed(lines: Iterable[str], language: str, *, changes: bool) -> Given:
    """Empty lines say nothing. Raises WrongWordsError."""
    choice: Choice | None = None
    wanted: dict[Field, str | None] = {}
    for number, told in enumerate(lines, start=1):
        word, _, rest = told.strip().partition(" ")
        word = _plain(word)
        if not word:
            continue
        if word in _NUMBERS:
            if choice is not None:
                raise WrongWordsError("twice", line=number)
            choice = _choice(_NUMBERS[word], rest.strip(), number)
        elif changes and word in _SET | _CLEAR:
            field, text = _change(word, rest, number, language)
            if field in wanted:
                raise WrongWordsError("twice", line=number)
            wanted[field] = text
        else:
            raise WrongWordsError("bad_line" if choice is not None else "bad_number", line=number)
    if choice is None:
        raise WrongWordsError("no_number")
    if changes and not wanted:
        raise WrongWordsError("no_changes")
    return Given(choice, wanted)


def fields(language: str) -> str:
    """The names by which fields are told, in that language."""
    return ", ".join(_IN_FRENCH[field] if language == "fr" else field.name.lower() for field in Field)


def _choice(kind: type[Chouchous | HomeDelivery], text: str, number: int) -> Choice:
    try:
        return kind(text)
    except ValueError:
        raise WrongWordsError("bad_number", line=number) from None


def _change(word: str, rest: str, number: int, language: str) -> tuple[Field, str | None]:
    name, _, text = rest.strip().partition(" ")
    field = _FIELDS.get(_plain(name).replace("-", "_"))
    if field is None:
        raise WrongWordsError("bad_field", line=number, fields=fields(language))
    if (word in _SET) is not bool(text.strip()):
        raise WrongWordsError("bad_line", line=number)
    return field, text.strip() or None


def _asked(language: str, *, changes: bool) -> list[str]:
    lines = [line(say("ask_number", language))]
    if changes and lines[0]:
        print(say("ask_changes", language, fields=fields(language)), file=sys.stderr)
        while told := line("> "):
            lines.append(told)
    return lines


def _piped() -> list[str]:
    raw = sys.stdin.buffer.read(MOST + 1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if len(raw) > MOST or (raw and not text):
        raise WrongWordsError("too_much")
    return text.splitlines()


def _plain(word: str) -> str:
    """Without accents, in small letters."""
    apart = unicodedata.normalize("NFD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
