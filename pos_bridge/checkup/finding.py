"""What a look at the till found: how much it matters, and a sentence in both languages that says what to do.

A finding never holds data of a person, a card or a sale: settings, paths, names and numbers of the till's own.
"""

from dataclasses import dataclass
from enum import Enum

from pos_bridge.words import LANGUAGES, Words, same


class Weight(Enum):
    """How much a finding matters; the value is the word before its line. Lightest first."""

    GOOD = Words("BON", "GOOD")
    NOTE = same("NOTE")  # to be known; nothing to mend
    UNSEEN = Words("NON VU", "NOT SEEN")  # not looked at: neither well nor ill
    MEND = Words("À CORRIGER", "MEND")
    STOP = Words("ARRÊT", "STOP")  # a sale or a card is at risk now


@dataclass(frozen=True, slots=True)
class Finding:
    """`check`: what was looked at, a name that stays. `values` fill the places of `words`."""

    check: str
    weight: Weight
    words: Words
    values: tuple[tuple[str, str | Words], ...] = ()

    def text(self, language: str) -> str:
        """The sentence."""
        values = {name: value.to(language) if isinstance(value, Words) else value for name, value in self.values}
        return self.words.to(language).format(**values)

    def to(self, language: str) -> str:
        """The line: how much it matters, then the sentence."""
        colon = ":" if language == "en" else " :"
        return f"{self.weight.value.to(language)}{colon} {self.text(language)}"

    def as_fields(self) -> dict[str, str]:
        """For a program: in every language."""
        weight = self.weight.name.lower()
        return {"check": self.check, "weight": weight, **{language: self.text(language) for language in LANGUAGES}}


@dataclass(frozen=True, slots=True)
class Line:
    """A finding before its values are known. A topic's lines stand in its room, each under a name of the room's."""

    check: str
    weight: Weight
    words: Words

    def __call__(self, **values: str | Words) -> Finding:
        return Finding(self.check, self.weight, self.words, tuple(values.items()))


def good(check: str, words: Words) -> Line:
    return Line(check, Weight.GOOD, words)


def note(check: str, words: Words) -> Line:
    return Line(check, Weight.NOTE, words)


def unseen(check: str, words: Words) -> Line:
    return Line(check, Weight.UNSEEN, words)


def mend(check: str, words: Words) -> Line:
    return Line(check, Weight.MEND, words)


def stop(check: str, words: Words) -> Line:
    return Line(check, Weight.STOP, words)
