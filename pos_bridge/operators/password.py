"""Passwords: which may be one, and their argon2id hashes (RFC 9106, 4: the second recommended parameters).

A hash says with which parameters it was made; one that was made with others is made anew at the next login.
"""

import base64
import os
import unicodedata
from enum import Enum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 128  # characters, once made uniform
_TIME, _MEMORY_KIB, _LANES = 3, 65_536, 4
_SALT, _HASH = 16, 32
_HASHER = PasswordHasher(_TIME, _MEMORY_KIB, _LANES, _HASH, _SALT)
_LEAST_OTHER = 6  # characters that are neither the operator's name nor the number
_LEAST_DIFFERENT = 5

# Beginnings and wholes of what is tried first, small, as letters and digits. A tail of digits changes none.
_COMMON = frozenset(
    """
    1q2w3e4r5t6y 1qaz2wsx3edc a1b2c3d4e5f6 abc abcdefghijkl abcdefghijklm abcdefghijklmnop
    abcdefghijklmnopqrstuvwxyz adminadmin adminadminadmin administrateur administrator asdfghjkl
    asdfghjklzxcvbnm azertyazerty azertyuiop azertyuiopqs azertyuiopqsdfghjklm bienvenue bonjour bonjourbonjour
    caisse caissier canadiens cashier changeme changemenow changezmoi chouchou chouchous clement football
    gestionnaire hockeyhockey iloveyou iloveyouiloveyou jetaime jetaimejetaime letmein letmeinplease magasin
    monmotdepasse montreal motdepasse motdepassemotdepasse motdepassesecret mypassword p4ssw0rd paiement
    passw0rd password passwordadmin passwordpassword posbridge princess princesse q1w2e3r4t5y6 qazwsxedcrfv
    quebec qwertyqwerty qwertyuiop qwertyuiopasdf qwertyuiopasdfghjkl secret secretsecret soleilsoleil superman
    superviseur supervisor terminal test testtesttest welcome welcomewelcome zxcvbnm
    """.split()  # noqa: SIM905 - a list of so many words is read as words
)


class Weak(Enum):
    """Why a text cannot be a password."""

    SHORT = "short"
    LONG = "long"
    CHARACTERS = "characters"
    OWN = "own"  # little but the operator's own name or number
    COMMON = "common"


class WeakPasswordError(ValueError):
    """Says why, never what."""

    def __init__(self, why: Weak) -> None:
        super().__init__(why.value)
        self.why = why


def uniform(password: str) -> bytes | None:
    """NFKC, as UTF-8. None for what no password can be: control characters, halves of characters, too much."""
    if len(password) > LONGEST:
        return None
    kept = unicodedata.normalize("NFKC", password)
    if not kept or len(kept) > LONGEST or any(unicodedata.category(each) in {"Cc", "Cs"} for each in kept):
        return None
    return kept.encode()


def check(password: str, number: int, name: str) -> None:
    """Raises WeakPasswordError."""
    if len(unicodedata.normalize("NFKC", password[: LONGEST + 1])) > LONGEST:
        raise WeakPasswordError(Weak.LONG)
    made = uniform(password)
    if made is None:
        raise WeakPasswordError(Weak.CHARACTERS if password else Weak.SHORT)
    kept = made.decode()
    if len(kept) < SHORTEST:
        raise WeakPasswordError(Weak.SHORT)
    plain = _plain(kept)
    other = plain
    for own in (*map(_plain, name.split()), f"{number}"):
        other = other.replace(own, "") if own else other
    if len(other) < _LEAST_OTHER <= len(plain) and other != plain:
        raise WeakPasswordError(Weak.OWN)
    if len(set(kept.casefold())) < _LEAST_DIFFERENT or _is_common(plain):
        raise WeakPasswordError(Weak.COMMON)


def hashed(password: str) -> str:
    """Takes some tenths of a second and 64 MiB. ValueError for what no password can be."""
    made = uniform(password)
    if made is None:
        raise ValueError("not a password")
    return _HASHER.hash(made)


def verifies(stored: str | None, password: str) -> bool:
    """The same work for no hash (nobody has that number) and for what no password can be."""
    made = uniform(password)
    try:
        _HASHER.verify(stored or _nobodys(), made or b"\0")
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None and made is not None


def is_old(stored: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def _nobodys() -> str:
    """A hash that is of no password: random."""
    salt, made = (base64.b64encode(os.urandom(length)).rstrip(b"=").decode() for length in (_SALT, _HASH))
    return f"$argon2id$v=19$m={_MEMORY_KIB},t={_TIME},p={_LANES}${salt}${made}"


def _is_common(plain: str) -> bool:
    return not plain.strip("0123456789") or plain.rstrip("0123456789") in _COMMON or plain in _COMMON


def _plain(text: str) -> str:
    """Small letters without accents, and digits."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if each.isalnum())
