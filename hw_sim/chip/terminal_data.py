"""What an acquirer gives a chip till (docs/chip-cards.md, emv.toml), as the simulated one does: with the keys of the
simulated schemes, so that its cards are authenticated offline.

A text for the engine's card room; nothing here is read back.
"""

from hw_sim.cards import Brand
from hw_sim.chip.issuers import SCHEMES
from hw_sim.chip.keys import authority_keys

_TERMINAL = """\
# Written by pos-bridge-sim at each start of the store: the terminal data, with the keys of the simulated schemes.
[terminal]
type = "21"
country = "0124"
currency = "0124"
exponent = 2
authentication = ["SDA", "DDA", "CDA"]
verification = ["signature", "no_cvm"]
additional = "6000F0F001"
terminal_id = "SIM00001"
serial = "SIM00001"
merchant_id = "CLEMENT-001    "
merchant_name = "Simulated store"
merchant_category = "5999"
acquirer = "000000000000"
"""
_APPLICATION = """
[[application]]
brand = "{brand}"
aid = "{aid}"
partial = true
version = "{version}"
tac_denial = "{denial}"
tac_online = "{online}"
tac_default = "{default}"
floor_limit = 0
"""
_KEY = """
[[key]]
rid = "{rid}"
index = "{index:02X}"
modulus = "{modulus}"
exponent = "{exponent}"
expires = 2049-12-31
checksum = "{checksum}"
"""
_CODES = {  # TAC denial, online, default: those of drivers/pcsc/emv-canada.toml
    Brand.VISA: ("0010000000", "DC4004F800", "DC4000A800"),
    Brand.MASTERCARD: ("0000000000", "FC50BCF800", "FC50BCA000"),
    Brand.AMEX: ("0010000000", "DE00FC9800", "DC50FC9800"),
    Brand.DISCOVER: ("0010000000", "FCE09CF800", "DC00002000"),
    Brand.INTERAC: ("0010000000", "FC78FCF8F0", "FC78FCF8F0"),
}


def terminal_data() -> str:
    """The whole emv.toml."""
    applications = "".join(
        _APPLICATION.format(
            brand=brand.name.lower(),
            aid=SCHEMES[brand].aid.hex().upper(),
            version=SCHEMES[brand].version.hex(),
            denial=denial,
            online=online,
            default=default,
        )
        for brand, (denial, online, default) in _CODES.items()
    )
    keys = "".join(
        _KEY.format(
            rid=key.rid.hex().upper(),
            index=key.index,
            modulus=key.modulus.hex().upper(),
            exponent=key.exponent.hex().upper(),
            checksum=key.checksum.hex().upper(),
        )
        for key in authority_keys()
    )
    return _TERMINAL + applications + keys
