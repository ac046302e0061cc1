"""The bits in which card and terminal tell each other what happened (EMV 4.4 book 3, annexes C1, C5, C6). No rules."""

from enum import IntEnum, IntFlag

TVR_LENGTH, TSI_LENGTH, AIP_LENGTH = 5, 2, 2


class Profile(IntFlag):
    """Application interchange profile, tag 82 (annex C1): what the card can do."""

    SDA = 0x4000
    DDA = 0x2000
    CARDHOLDER_VERIFICATION = 0x1000
    RISK_MANAGEMENT = 0x0800
    ISSUER_AUTHENTICATION = 0x0400  # by EXTERNAL AUTHENTICATE
    CDA = 0x0100


class Tvr(IntFlag):
    """Terminal verification results, tag 95 (annex C5), as a number of 5 bytes."""

    ODA_NOT_PERFORMED = 0x80_00_00_00_00
    SDA_FAILED = 0x40_00_00_00_00
    CARD_DATA_MISSING = 0x20_00_00_00_00
    ON_EXCEPTION_FILE = 0x10_00_00_00_00
    DDA_FAILED = 0x08_00_00_00_00
    CDA_FAILED = 0x04_00_00_00_00
    SDA_SELECTED = 0x02_00_00_00_00
    OTHER_VERSION = 0x80_00_00_00
    EXPIRED = 0x40_00_00_00
    NOT_YET_EFFECTIVE = 0x20_00_00_00
    SERVICE_NOT_ALLOWED = 0x10_00_00_00
    NEW_CARD = 0x08_00_00_00
    VERIFICATION_FAILED = 0x80_00_00
    CVM_UNRECOGNISED = 0x40_00_00
    PIN_TRIES_EXCEEDED = 0x20_00_00
    PIN_PAD_MISSING = 0x10_00_00
    PIN_NOT_ENTERED = 0x08_00_00
    ONLINE_PIN_ENTERED = 0x04_00_00
    FLOOR_LIMIT_EXCEEDED = 0x80_00
    LOWER_LIMIT_EXCEEDED = 0x40_00
    UPPER_LIMIT_EXCEEDED = 0x20_00
    SELECTED_AT_RANDOM = 0x10_00
    FORCED_ONLINE = 0x08_00
    DEFAULT_TDOL = 0x80
    ISSUER_AUTHENTICATION_FAILED = 0x40
    SCRIPT_FAILED_BEFORE = 0x20
    SCRIPT_FAILED_AFTER = 0x10


class Tsi(IntFlag):
    """Transaction status information, tag 9B (annex C6), as a number of 2 bytes."""

    ODA = 0x8000
    CARDHOLDER_VERIFICATION = 0x4000
    CARD_RISK_MANAGEMENT = 0x2000
    ISSUER_AUTHENTICATION = 0x1000
    TERMINAL_RISK_MANAGEMENT = 0x0800
    SCRIPT = 0x0400


class Usage(IntFlag):
    """Application usage control, tag 9F07 (annex C2)."""

    DOMESTIC_CASH = 0x8000
    INTERNATIONAL_CASH = 0x4000
    DOMESTIC_GOODS = 0x2000
    INTERNATIONAL_GOODS = 0x1000
    DOMESTIC_SERVICES = 0x0800
    INTERNATIONAL_SERVICES = 0x0400
    AT_ATM = 0x0200
    ELSEWHERE_THAN_ATM = 0x0100


class Cryptogram(IntEnum):
    """Which cryptogram: the upper two bits of 9F27 and of GENERATE AC's P1 (book 3, 6.5.5)."""

    AAC = 0x00  # no
    TC = 0x40  # yes
    ARQC = 0x80  # ask the issuer


KIND_MASK = 0xC0
