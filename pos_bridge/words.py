"""One shape for whatever a person reads: the same in French and in English. A text of one language cannot be made."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """A text, or a text with `{names}` to fill in: the same names in both. ValueError where one half is empty."""

    fr: str
    en: str

    def __post_init__(self) -> None:
        if not (self.fr.strip() and self.en.strip()):
            raise ValueError("a text has both languages")

    def to(self, language: str) -> str:
        """French for anything but `en`: whoever says nothing is spoken to in French."""
        return self.en if language == "en" else self.fr

    @property
    def both(self) -> str:
        """French first. For what is read before anybody could say which."""
        return self.fr if self.fr == self.en else f"{self.fr} / {self.en}"


def same(text: str) -> Words:
    """What is written alike in both: a name, a code."""
    return Words(text, text)


def hours(count: int) -> Words:
    """How long, in whole hours."""
    if count < 1:
        return Words("moins d'une heure", "less than an hour")
    return Words("1 heure", "1 hour") if count == 1 else Words(f"{count} heures", f"{count} hours")


def asked_for(text: str | None) -> Language | None:
    """The language that a code asks for: `fr`, `en`, `fr-CA`, `EN_ca.UTF-8`. None for any other, or none."""
    match (text or "").replace("_", "-").replace(".", "-").split("-")[0].lower():
        case "fr":
            return "fr"
        case "en":
            return "en"
        case _:
            return None


def money(cents: int, language: str) -> str:
    """Canadian dollars: 1 234,56 $ (no-break spaces) in French, $1,234.56 in English, a leading minus below zero."""
    sign = "-" if cents < 0 else ""
    english = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    if language == "en":
        return f"{sign}${english}"
    return sign + english.replace(",", "\u00a0").replace(".", ",") + "\u00a0$"
