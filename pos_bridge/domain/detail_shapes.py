"""The shape of each field of a person's details: a uniform text as it is kept, or None where it has another shape."""

import re
from collections.abc import Callable

from pos_bridge.domain.typed_text import readable

HOME = "CA"  # where an address names no country

_PROVINCES = frozenset({"AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"})
_LONGEST_OF_NO_CARD = 13  # digits behind a +: a telephone number; no scheme has given out cards so short for decades

# Canada Post's addressing guidelines: no D F I O Q U; none begins with W or Z.
_POSTAL_CODE = re.compile(r"([ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z])[ -]?([0-9][ABCEGHJ-NPRSTV-Z][0-9])")
_POSTAL_CODE_ABROAD = re.compile(r"(?=(?:[ -]?[A-Z0-9]){3,12}\Z)[A-Z0-9]+(?:[ -][A-Z0-9]+)*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_PHONE_MARKS = re.compile(r"[ .()/\-\u2010\u2011\u2012\u2013]")
_HOME_PHONE = re.compile(r"(?:\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})")  # the North American Numbering Plan
_PHONE = re.compile(r"\+[2-9][0-9]{6,14}")  # ITU-T E.164: 15 digits at most, no country's number begins with 0
_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9.-]+)")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_MAX_LOCAL = 64  # RFC 5321, 4.5.3.1.1
_SIZE = re.compile(r"T?[0-9]{1,2}|[0-9]{1,2}(?:-[0-9]{1,2})?[AMTXY]?|X{0,2}[SL]|M|NB")
_MONTH = re.compile(r"(?:19[7-9][0-9]|20[0-9]{2}|21[0-4][0-9])-(?:0[1-9]|1[0-2])")  # the vault's years

Shape = Callable[[str, str], str | None]  # of a text in an address in that country


def name(text: str, _country: str) -> str | None:
    return text if any(map(str.isalpha, text)) and not any(map(str.isdigit, text)) else None


def line(text: str, _country: str) -> str | None:
    return text if any(map(str.isalnum, text)) else None


def province(text: str, country: str) -> str | None:
    if country != HOME:
        return name(text, country) if readable(text) else None
    return _in_capitals(text, lambda upper: upper in _PROVINCES)


def postal_code(text: str, country: str) -> str | None:
    if country != HOME:
        return _in_capitals(text, lambda upper: _POSTAL_CODE_ABROAD.fullmatch(upper) is not None)
    found = _POSTAL_CODE.fullmatch(text.upper()) if text.isascii() else None
    return None if found is None else f"{found[1]} {found[2]}"


def country(text: str, _country: str) -> str | None:
    return _in_capitals(text, lambda upper: _COUNTRY.fullmatch(upper) is not None)


def phone(text: str, _country: str) -> str | None:
    number = _PHONE_MARKS.sub("", text)
    at_home = _HOME_PHONE.fullmatch(number)
    if at_home is not None:
        return f"+1{at_home[1]}"
    return number if _PHONE.fullmatch(number) else None


def is_short_phone(text: str) -> bool:
    """Of so few digits, behind a +, that it is no card's number, whatever its check digit."""
    number = phone(text, HOME)
    return number is not None and text.startswith("+") and len(number) - 1 <= _LONGEST_OF_NO_CARD


def email(text: str, _country: str) -> str | None:
    found = _EMAIL.fullmatch(text)
    if found is None:
        return None
    labels = found[1].split(".")
    sane = len(labels) > 1 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return text if sane and text.index("@") <= _MAX_LOCAL else None


def size(text: str, _country: str) -> str | None:
    return _in_capitals(text, lambda upper: _SIZE.fullmatch(upper) is not None)


def month(text: str, _country: str) -> str | None:
    return text if _MONTH.fullmatch(text) else None


def _in_capitals(text: str, fits: Callable[[str], bool]) -> str | None:
    """ASCII only: some other letters become ASCII as capitals."""
    upper = text.upper()
    return upper if text.isascii() and fits(upper) else None
