"""The files of a chip card: directory, application, records and their order, personalised for one card. Values only.

SFI 1 is read for what every sale needs, SFI 2 is what the authentication covers, SFI 3 is the authentication itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hw_sim.cards import Card
from hw_sim.chip import certificates, keys
from hw_sim.chip.fault import Faults, Flaw
from hw_sim.chip.profile import SEQUENCE, Oda, Profile
from hw_sim.chip.tlv import dol, tlv
from hw_sim.readers.stripe import HOLDER

PSE = b"1PAY.SYS.DDF01"
_DIRECTORY = 1  # its SFI
_DISCRETIONARY = "1000000001"
DDOL = dol(("9F37", 4))  # what a terminal sends for a dynamic signature
_EXPIRED_YYMM, _EFFECTIVE = "2209", "200101"
_CANADA, _ENGLISH_FRENCH = "0124", b"enfr"
_CHIP_GOES_FIRST = "2"  # of a service code: ISO/IEC 7813
_LAST_DAY = "31"


@dataclass(frozen=True, slots=True, repr=False)
class Application:
    """One application of a card. `interchange`: AIP (82). `files`: AFL (94). `records`: by SFI and number."""

    aid: bytes
    fci: bytes
    interchange: bytes
    files: bytes
    records: Mapping[tuple[int, int], bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Contents:
    """All files of a card; the application to prefer comes first."""

    applications: tuple[Application, ...]
    pse_fci: bytes
    directory: tuple[bytes, ...]


def contents(card: Card, profile: Profile, oda: Oda, faults: Faults) -> Contents:
    """What lies on that card; two applications share everything but their name and their place."""
    aid = profile.scheme.aid
    aids = (aid + b"\x01", aid + b"\x02") if faults.flaws & {Flaw.TWO_APPLICATIONS, Flaw.FIRST_REFUSES} else (aid,)
    interchange = bytes((profile.interchange | oda.bits, 0))
    records, files = _records(card, profile, oda, interchange, faults)
    applications = tuple(
        Application(each, _fci(profile, each, place), interchange, files, records) for place, each in enumerate(aids, 1)
    )
    label = profile.scheme.label.encode()
    entries = (
        tlv("61", tlv("4F", each), tlv("50", label), tlv("87", bytes((place,)))) for place, each in enumerate(aids, 1)
    )
    pse = tlv("6F", tlv("84", PSE), tlv("A5", tlv("88", bytes((_DIRECTORY,))), tlv("5F2D", _ENGLISH_FRENCH)))
    return Contents(applications, pse, (tlv("70", *entries),))


def _fci(profile: Profile, aid: bytes, priority: int) -> bytes:
    label = profile.scheme.label.encode()
    pdol = tlv("9F38", profile.pdol) if profile.pdol else b""
    proprietary = tlv("A5", tlv("50", label), tlv("87", bytes((priority,))), pdol, tlv("5F2D", _ENGLISH_FRENCH))
    return tlv("6F", tlv("84", aid), proprietary)


def _records(
    card: Card, profile: Profile, oda: Oda, interchange: bytes, faults: Faults
) -> tuple[Mapping[tuple[int, int], bytes], bytes]:
    """The records, and the list of them (AFL)."""
    expiry = _EXPIRED_YYMM if Flaw.EXPIRED in faults else card.expiry_yymm
    static = _static(card, profile, expiry)
    covered = static + interchange  # 9F4A names tag 82
    authentication = _authentication(card, profile, oda, covered)
    if Flaw.WRONG_SIGNATURE in faults and oda is Oda.SDA:
        authentication[-1] = _one_bit_wrong(authentication[-1])
    records = {
        (1, 1): tlv("70", *_holder(card, expiry), tlv("9F7C", bytes(profile.filler)) if profile.filler else b""),
        (1, 2): tlv("70", tlv("8C", profile.cdol_1), tlv("8D", profile.cdol_2)),
        (2, 1): tlv("70", static),
        **{(3, place): tlv("70", record) for place, record in enumerate(authentication, 1)},
    }
    if Flaw.DUPLICATE_TAG in faults:
        records[1, 2] = tlv("70", tlv("8C", profile.cdol_1), tlv("8D", profile.cdol_2), tlv("8C", profile.cdol_1))
    if Flaw.BAD_RECORD in faults:
        whole = records[1, 2]
        records[1, 2] = whole[:3] + bytes((whole[3] + 60,)) + whole[4:]  # 8C is longer than its record
    if Flaw.MISSING_RECORD in faults:
        del records[2, 1]
    last = (3 << 3, 1, len(authentication), 0) if authentication else ()
    return records, bytes((1 << 3, 1, 2, 0, 2 << 3, 1, 1, 1, *last))


def _holder(card: Card, expiry: str) -> tuple[bytes, ...]:
    track_2 = f"{card.number}D{expiry}{_CHIP_GOES_FIRST}{card.service_code[1:]}{_DISCRETIONARY}"
    return (
        tlv("57", bytes.fromhex(track_2 + "F" * (len(track_2) % 2))),
        tlv("5F20", HOLDER.encode()),
        tlv("9F1F", _DISCRETIONARY.encode()),
    )


def _static(card: Card, profile: Profile, expiry: str) -> bytes:
    """The record that the issuer signed."""
    denial, online, default = profile.codes
    number = card.number + "F" * (len(card.number) % 2)
    return b"".join(
        (
            tlv("5A", bytes.fromhex(number)),
            tlv("5F34", bytes.fromhex(SEQUENCE)),
            tlv("5F24", bytes.fromhex(expiry + (_LAST_DAY if expiry.endswith("12") else "30"))),
            tlv("5F25", bytes.fromhex(_EFFECTIVE)),
            tlv("5F28", bytes.fromhex(_CANADA)),
            tlv("9F07", bytes.fromhex("FF80")),  # good everywhere, for everything
            tlv("9F08", profile.scheme.version),
            tlv("8E", profile.verification),
            tlv("9F0D", default),
            tlv("9F0E", denial),
            tlv("9F0F", online),
            tlv("9F42", bytes.fromhex(_CANADA)),
            tlv("9F44", b"\x02"),
            tlv("9F4A", bytes.fromhex("82")),
        )
    )


def _authentication(card: Card, profile: Profile, oda: Oda, covered: bytes) -> list[bytes]:
    """The records of SFI 3; for SDA the last one is the signature."""
    if oda is Oda.NONE:
        return []
    brand = profile.scheme.brand
    issuer = keys.issuer_key(brand)
    first = certificates.issuer_certificate(keys.authority_key(brand), issuer, card.number)
    found = [
        b"".join(
            (
                tlv("8F", bytes((keys.INDEX,))),
                tlv("90", first.certificate),
                tlv("92", first.remainder) if first.remainder else b"",
                tlv("9F32", first.exponent),
            )
        )
    ]
    if oda is Oda.SDA:
        return [*found, tlv("93", certificates.signed_static_data(issuer, covered))]
    second = certificates.card_certificate(issuer, keys.card_key(brand), card.number, covered)
    return [
        *found,
        b"".join(
            (
                tlv("9F46", second.certificate),
                tlv("9F48", second.remainder) if second.remainder else b"",
                tlv("9F47", second.exponent),
                tlv("9F49", DDOL),
            )
        ),
    ]


def _one_bit_wrong(record: bytes) -> bytes:
    return record[:-1] + bytes((record[-1] ^ 1,))
