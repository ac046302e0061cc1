"""The test card that the suite pays with: track 2, without sentinels. Never printed, never in an error."""

import re
from dataclasses import dataclass
from pathlib import Path

from pos_bridge.conformance.files import FileError, read_secret
from pos_bridge.protocol import processor_v1_pb2 as pb

_TRACK_2 = re.compile(rb";?([0-9]{12,19}=[0-9]{4}[0-9]{3}[0-9]*)(?:\?.?)?")
_MAX_TRACK = 252


@dataclass(frozen=True, slots=True, repr=False)
class TestCard:
    """`track_2` as ISO/IEC 7813 has it, without sentinels and LRC."""

    __test__ = False  # pytest would collect it for its name
    track_2: bytes

    @property
    def last_four(self) -> int:
        return int(self.track_2.split(b"=")[0][-4:])


# Published for testing (Visa); good until the end of 2049.
PUBLISHED = TestCard(b"4921817844445119=49121010000000001")


def read_card(path: Path) -> TestCard:
    """One line: a track 2, with or without sentinels; `-` is standard input. Raises FileError."""
    found = _TRACK_2.fullmatch(read_secret(path).strip())
    if found is None or len(found.group(1)) > _MAX_TRACK:
        raise FileError(f"{path}: must hold one line, a track 2: number=YYMM, service code, the card's own digits")
    return TestCard(found.group(1))


_WORDS = {
    "scheme": pb.ReaderSealed.Scheme,
    "variant": pb.ReaderSealed.Variant,
    "mode": pb.ReaderSealed.Mode,
}


def read_swipe(path: Path) -> pb.SealedPayment:
    """A swipe as an encrypting reader sealed it, lines of a word and a value:

    scheme tdes, variant data_one_way, mode cbc_chained (the words of ReaderSealed), ksn, track1 and track2 in hex.
    Raises FileError.
    """
    sealed = pb.ReaderSealed()
    try:
        for line in read_secret(path).decode("ascii").splitlines():
            if line.strip():
                word, value = line.split()
                if word in _WORDS:
                    setattr(sealed, word, _WORDS[word].Value(f"{word}_{value}".upper()))
                else:
                    setattr(sealed, {"ksn": "ksn", "track1": "track1", "track2": "track2"}[word], bytes.fromhex(value))
    except (ValueError, KeyError, UnicodeError):
        raise FileError(f"{path}: must hold scheme, variant, mode, ksn, track1 and track2 of one swipe") from None
    return pb.SealedPayment(reader=sealed)
