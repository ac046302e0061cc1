"""Texts that a hand typed or a program sent: made uniform, and refused where they show something else than they are.

Never shown, never kept: what is found here is a word why.
"""

import re
import unicodedata

# What stands in names and addresses beside letters, digits and blanks. Not: < > & " @ and all that a program reads.
_MARKS = frozenset("-'’.,/()#°·")  # noqa: RUF001 - the apostrophe as it is printed
_LETTERS = {"Lu", "Ll", "Lt", "Lm", "Lo"}
_ACCENTS = {"Mn", "Mc"}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANKS = re.compile(r"[ \u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_MOST_ACCENTS = 2  # on one letter, after what composes is composed
_COMPOSED_OF = frozenset({"<super>", "<compat>"})  # ª, º, ligatures; not letters in another dress (wide, circled, bold)
# Letters and accents that show nothing: Unicode's default ignorables among them, and a filler in half width.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(code)
    for first, last in ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
    for code in range(first, last + 1)
}
# Written together in one word: Japanese, Korean and Chinese.
_TOGETHER = dict.fromkeys(("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"), "CJK")
_OF_ANY_SCRIPT = frozenset({"MODIFIER", "COMBINING", "FEMININE", "MASCULINE"})


def uniform(text: str) -> str:
    """Composed (NFC), blanks of any kind as one space each, none at the ends."""
    return unicodedata.normalize("NFC", _BLANKS.sub(" ", text)).strip(" ")


def plain_digits(text: str) -> str:
    """With ASCII digits for those of any script or dress (full-width, Arabic, circled), all else as it was."""
    return "".join(_digit(letter) for letter in unicodedata.normalize("NFKC", text))


def bare(text: str) -> str:
    """Letters and ASCII digits, with a blank for whatever else stands between them."""
    return "".join(letter if letter.isalnum() else " " for letter in plain_digits(text))


def visible(text: str) -> bool:
    """Nothing that shows nothing, or turns the direction of others: no control, format or unassigned character."""
    return not any(letter in _INVISIBLE or unicodedata.category(letter) in _UNSEEN for letter in text)


def readable(text: str) -> bool:
    """Whether a uniform text is visible, and has only letters, digits and what stands in names and addresses.

    No word with letters of two scripts, as of a Latin name with a Cyrillic or Greek letter that looks the same. A whole
    word in another script is a word.
    """
    words = text.split(" ")
    return (
        visible(text) and all(map(_allowed, text)) and all(len(_scripts(word)) <= 1 and _borne(word) for word in words)
    )


def _allowed(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category in _LETTERS:
        dress = unicodedata.decomposition(letter).split(" ")[0]
        return not dress.startswith("<") or dress in _COMPOSED_OF
    return letter == " " or letter in _MARKS or category in _ACCENTS or (letter.isascii() and letter.isdigit())


def _borne(word: str) -> bool:
    """Accents stand on something, and not in a heap."""
    accents = _MOST_ACCENTS  # as if there were enough before it
    for letter in word:
        accents = accents + 1 if unicodedata.category(letter) in _ACCENTS else 0
        if accents > _MOST_ACCENTS:
            return False
    return True


def _scripts(word: str) -> set[str]:
    """Unicode's names of letters begin with their script; Python has no other table of them."""
    names = {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
    return {_TOGETHER.get(name, name) for name in names - _OF_ANY_SCRIPT}


def _digit(letter: str) -> str:
    worth = unicodedata.digit(letter, None)
    return letter if worth is None else str(worth)
