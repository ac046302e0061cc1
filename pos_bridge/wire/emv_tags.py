"""The data objects of EMV that a terminal handles, by name (EMV 4.4 book 3, annex A). Numbers only."""

from enum import IntEnum


class Tag(IntEnum):
    """A member is the tag's bytes as a number."""

    # ---- where a card's applications are ----
    AID = 0x4F  # ADF name
    LABEL = 0x50
    FCI = 0x6F
    FCI_PROPRIETARY = 0xA5
    APPLICATION_TEMPLATE = 0x61
    DF_NAME = 0x84
    PRIORITY = 0x87
    DIRECTORY_SFI = 0x88
    PDOL = 0x9F38
    # ---- what a card answers in ----
    RECORD = 0x70
    FORMAT_2 = 0x77
    FORMAT_1 = 0x80
    COMMAND_DATA = 0x83
    AIP = 0x82
    AFL = 0x94
    # ---- the card ----
    TRACK_2 = 0x57
    PAN = 0x5A
    PAN_SEQUENCE = 0x5F34
    EXPIRATION = 0x5F24
    EFFECTIVE = 0x5F25
    ISSUER_COUNTRY = 0x5F28
    USAGE_CONTROL = 0x9F07
    CARD_VERSION = 0x9F08
    APPLICATION_CURRENCY = 0x9F42
    CDOL_1 = 0x8C
    CDOL_2 = 0x8D
    TDOL = 0x97
    DDOL = 0x9F49
    CVM_LIST = 0x8E
    IAC_DEFAULT = 0x9F0D
    IAC_DENIAL = 0x9F0E
    IAC_ONLINE = 0x9F0F
    LOWER_LIMIT = 0x9F14
    UPPER_LIMIT = 0x9F23
    LAST_ONLINE_ATC = 0x9F13
    PIN_TRIES = 0x9F17
    # ---- what proves the card ----
    CA_KEY_INDEX = 0x8F
    ISSUER_CERTIFICATE = 0x90
    ISSUER_REMAINDER = 0x92
    ISSUER_EXPONENT = 0x9F32
    SIGNED_STATIC_DATA = 0x93
    STATIC_TAG_LIST = 0x9F4A
    ICC_CERTIFICATE = 0x9F46
    ICC_EXPONENT = 0x9F47
    ICC_REMAINDER = 0x9F48
    SIGNED_DYNAMIC_DATA = 0x9F4B
    DATA_AUTHENTICATION_CODE = 0x9F45
    ICC_DYNAMIC_NUMBER = 0x9F4C
    # ---- a cryptogram ----
    CRYPTOGRAM = 0x9F26
    CRYPTOGRAM_KIND = 0x9F27
    ATC = 0x9F36
    ISSUER_APPLICATION_DATA = 0x9F10
    # ---- the issuer's answer ----
    RESPONSE_CODE = 0x8A
    ISSUER_AUTHENTICATION = 0x91
    SCRIPT_BEFORE = 0x71
    SCRIPT_AFTER = 0x72
    SCRIPT_COMMAND = 0x86
    SCRIPT_IDENTIFIER = 0x9F18
    SCRIPT_RESULTS = 0x9F5B
    # ---- the terminal and this transaction ----
    TERMINAL_AID = 0x9F06
    TERMINAL_VERSION = 0x9F09
    ACQUIRER = 0x9F01
    MERCHANT_CATEGORY = 0x9F15
    MERCHANT = 0x9F16
    TERMINAL_COUNTRY = 0x9F1A
    FLOOR_LIMIT = 0x9F1B
    TERMINAL_ID = 0x9F1C
    IFD_SERIAL = 0x9F1E
    CAPABILITIES = 0x9F33
    CVM_RESULTS = 0x9F34
    TERMINAL_TYPE = 0x9F35
    UNPREDICTABLE = 0x9F37
    ENTRY_MODE = 0x9F39
    MORE_CAPABILITIES = 0x9F40
    SEQUENCE = 0x9F41
    MERCHANT_NAME = 0x9F4E
    TVR = 0x95
    TSI = 0x9B
    DATE = 0x9A
    TIME = 0x9F21
    KIND = 0x9C
    CURRENCY = 0x5F2A
    CURRENCY_EXPONENT = 0x5F36
    AMOUNT_BINARY = 0x81
    AMOUNT = 0x9F02
    OTHER_AMOUNT = 0x9F03
    OTHER_AMOUNT_BINARY = 0x9F04
    TC_HASH = 0x98
    ENCRYPTED_PIN = 0x99
    PIN_KEY_SERIAL = 0xDF01  # ours (processor_v1.proto)


# What only the terminal, or a cryptogram's own answer, may say: a record that holds one of these is not listened to.
NOT_OF_A_RECORD = frozenset(
    {
        Tag.AID,
        Tag.DF_NAME,
        Tag.RESPONSE_CODE,
        Tag.ISSUER_AUTHENTICATION,
        Tag.SCRIPT_RESULTS,
        Tag.TC_HASH,
        Tag.ENCRYPTED_PIN,
        Tag.PIN_KEY_SERIAL,
        Tag.CRYPTOGRAM,
        Tag.CRYPTOGRAM_KIND,
        Tag.ATC,
        Tag.ISSUER_APPLICATION_DATA,
        Tag.SIGNED_DYNAMIC_DATA,
        Tag.ICC_DYNAMIC_NUMBER,
        Tag.DATA_AUTHENTICATION_CODE,
    }
)
# Format n: right-justified. Format cn: left-justified and filled with F (book 3, 4.3).
NUMERIC = frozenset(
    {
        Tag.AMOUNT,
        Tag.OTHER_AMOUNT,
        Tag.DATE,
        Tag.TIME,
        Tag.KIND,
        Tag.CURRENCY,
        Tag.CURRENCY_EXPONENT,
        Tag.TERMINAL_COUNTRY,
        Tag.TERMINAL_TYPE,
        Tag.ENTRY_MODE,
        Tag.SEQUENCE,
        Tag.ACQUIRER,
        Tag.MERCHANT_CATEGORY,
        Tag.PAN_SEQUENCE,
        Tag.EXPIRATION,
        Tag.EFFECTIVE,
        Tag.ISSUER_COUNTRY,
        Tag.APPLICATION_CURRENCY,
        0x5F30,  # service code
        0x9F11,  # issuer code table index
        0x9F3B,  # application reference currency
        0x9F43,  # its exponent
        0x9F44,  # application currency exponent
    }
)
COMPRESSED_NUMERIC = frozenset({Tag.PAN, 0x9F20})
