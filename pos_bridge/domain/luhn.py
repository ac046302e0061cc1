"""The check digit of a card number (ISO/IEC 7812-1 annex B), for a number that is text already.

Makes copies of it. A stripe's number is checked where it lies: tracks.py.
"""

# The worth of each ASCII digit, doubled with the digits of its double added up, and as it is.
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_PLAIN = bytes.maketrans(b"0123456789", bytes(range(10)))


def luhn_holds(digits: bytes) -> bool:
    """Of ASCII digits and nothing else."""
    return (sum(digits[-2::-2].translate(_DOUBLED)) + sum(digits[-1::-2].translate(_PLAIN))) % 10 == 0
