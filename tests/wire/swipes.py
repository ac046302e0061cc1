"""Swipes as a plain magnetic stripe reader writes them, made for tests from the standard's text."""

PUBLISHED = {
    "visa": "4921817844445119",
    "mastercard": "5413330089020011",
    "amex": "374245455400126",
    "discover": "6011000990139424",
    "interac": "4506445006931933",
}
NAME = "MARQUISE/FLORIANE"
TAIL = "2912101999988887777"  # expires 12/29, service code 101, the issuer's own


def lrc(track: str, low: int) -> str:
    check = 0
    for character in track:
        check ^= ord(character) - low
    return chr(check + low)


def sealed_off(track: str) -> bytes:
    """A track from its start sentinel to its end sentinel, with its LRC behind it."""
    return (track + lrc(track, 0x20 if track[0] == "%" else 0x30)).encode("latin-1")


def track_1(pan: str, tail: str = TAIL, name: str = NAME) -> bytes:
    return sealed_off(f"%B{pan}^{name}^{tail}?")


def track_2(pan: str, tail: str = TAIL[:-2]) -> bytes:
    return sealed_off(f";{pan}={tail}?")


def swipe(pan: str, tail: str = TAIL) -> bytes:
    """Both tracks and CR."""
    return track_1(pan, tail) + track_2(pan, tail[:-2]) + b"\r"


def luhn_completed(digits: str) -> str:
    """`digits` and the check digit that ISO/IEC 7812-1 annex B wants behind them."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        digit = int(character) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return digits + str(-total % 10)
