"""What a chip terminal knows before any card comes: its place, its applications, the schemes' public keys (emv.toml).

Pure: `read_terminal` takes the text of a configuration; which file that was, and who may write it, is the card room's
business. The default for a till in Canada lies beside this module: emv-canada.toml.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from drivers.pcsc.scheme import Application, SchemeKey, read_dol
from drivers.pcsc.toml_table import Table, TerminalDataError
from pos_bridge.domain.applications import application_of
from pos_bridge.domain.card import Brand
from pos_bridge.wire.emv_tags import Tag

__all__ = ["Terminal", "TerminalDataError", "read_terminal"]

_T = TypeVar("_T")
_BRANDS = {brand.name.lower(): brand for brand in Brand}
_AUTHENTICATION = ("SDA", "DDA", "CDA")
_VERIFICATION = ("signature", "no_cvm", "offline_pin")
_DEFAULT_DDOL = "9F3704"
_NUMBER_DIGITS = 4  # of ISO 3166-1 and ISO 4217 numbers as EMV writes them
_MAX_NAME = 40
_NUMBER = range(1, 1000)  # ISO 3166-1 and ISO 4217 numbers
_EXPONENT_DIGITS = range(4)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Attended and online-only (9F35 = 21). `fixed`: the data objects that are the same for every transaction.

    `country`, `currency`: ISO numbers. `sda`, `dda`, `cda`, `signature`, `no_cvm`, `offline_pin`: what it can do.
    """

    country: int
    currency: int
    exponent: int
    sda: bool
    dda: bool
    cda: bool
    signature: bool
    no_cvm: bool
    offline_pin: bool
    fixed: tuple[tuple[int, bytes], ...]
    applications: tuple[Application, ...]
    keys: tuple[SchemeKey, ...]

    def __post_init__(self) -> None:
        if self.country not in _NUMBER or self.currency not in _NUMBER or self.exponent not in _EXPONENT_DIGITS:
            raise ValueError("country, currency, exponent: 1 to 999, 1 to 999, 0 to 3")
        if not self.applications or len({one.aid for one in self.applications}) != len(self.applications):
            raise ValueError("application: at least one, and none twice")
        if len({(key.rid, key.index) for key in self.keys}) != len(self.keys):
            raise ValueError("key: one RID and index twice")

    def application_of(self, name: bytes) -> Application | None:
        """The longest AID that a card's DF name fits, so that a narrower entry wins over a wider one."""
        fitting = [one for one in self.applications if one.takes(name)]
        return max(fitting, key=lambda one: len(one.aid), default=None)

    def key(self, rid: bytes, index: int, today: int) -> SchemeKey | None:
        """None also for a key past its last day (yyyymmdd): it is withdrawn (book 2, 11.2.3)."""
        for key in self.keys:
            if (key.rid, key.index) == (rid, index) and today <= key.expires:
                return key
        return None

    def capabilities(self, *, online_pin: bool) -> bytes:
        """Tag 9F33 (book 4, annex A2). `online_pin`: a PIN pad is there."""
        cvm = 0x80 * self.offline_pin | 0x40 * online_pin | 0x20 * self.signature | 0x08 * self.no_cvm
        return bytes((0x60, cvm, 0x80 * self.sda | 0x40 * self.dda | 0x08 * self.cda))


def read_terminal(text: str) -> Terminal:
    """The whole configuration. Raises TerminalDataError."""
    try:
        tables = Table("", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise TerminalDataError(f"the terminal data is not TOML: {error}") from None
    place = tables.table("terminal")
    applications = tuple(_application(one) for one in tables.tables("application"))
    keys = tuple(_key(one) for one in tables.tables("key"))
    tables.end()
    return _terminal(place, applications, keys)


def _terminal(table: Table, applications: tuple[Application, ...], keys: tuple[SchemeKey, ...]) -> Terminal:
    if table.take("type", str, 'only "21" is supported') != "21":
        raise table.fault("type", 'only "21" is supported: attended, online only')
    authentication = table.words("authentication", _AUTHENTICATION)
    if "CDA" in authentication and "DDA" not in authentication:
        raise table.fault("authentication", "CDA needs DDA (EMV 4.4 book 3, 10.3)")
    verification = table.words("verification", _VERIFICATION)
    fixed = (
        (Tag.TERMINAL_TYPE, b"\x21"),
        (Tag.MORE_CAPABILITIES, table.raw("additional", (5,))),
        (Tag.TERMINAL_ID, table.characters("terminal_id", 8, exactly=True)),
        (Tag.IFD_SERIAL, table.characters("serial", 8, exactly=True)),
        (Tag.MERCHANT, table.characters("merchant_id", 15, exactly=True)),
        (Tag.MERCHANT_NAME, table.characters("merchant_name", _MAX_NAME, exactly=False)),
        (Tag.MERCHANT_CATEGORY, bytes.fromhex(table.digits("merchant_category", 4))),
        (Tag.ACQUIRER, bytes.fromhex(table.digits("acquirer", 12))),
    )
    country, currency = int(table.digits("country", _NUMBER_DIGITS)), int(table.digits("currency", _NUMBER_DIGITS))
    exponent = table.take("exponent", int, "0 to 3")
    table.end()
    return _checked(
        "",
        lambda: Terminal(
            country,
            currency,
            exponent,
            sda="SDA" in authentication,
            dda="DDA" in authentication,
            cda="CDA" in authentication,
            signature="signature" in verification,
            no_cvm="no_cvm" in verification,
            offline_pin="offline_pin" in verification,
            fixed=fixed,
            applications=applications,
            keys=keys,
        ),
    )


def _application(table: Table) -> Application:
    should = f"one of {', '.join(_BRANDS)}"
    brand = _BRANDS.get(table.take("brand", str, should))
    if brand is None:
        raise table.fault("brand", should)
    aid = table.raw("aid", range(5, 17))
    known = application_of(aid)
    if known is None:  # its sales would have neither AID nor line to sign on their receipts
        raise table.fault("aid", "no receipt can name this application (docs/chip-cards.md)")
    if (brand is Brand.INTERAC) != (known.brand is Brand.INTERAC):  # its sales are one message, captured at once
        raise table.fault("brand", "interac goes with an aid that begins with A000000277, and with no other")
    partial = table.take("partial", bool, "true or false")
    version = int.from_bytes(table.raw("version", (2,)), "big")
    denial, online, default = (
        int.from_bytes(table.raw(f"tac_{name}", (5,)), "big") for name in ("denial", "online", "default")
    )
    floor = table.take("floor_limit", int, "cents, a whole number", 0)
    ddol, tdol = table.raw("ddol", range(253), _DEFAULT_DDOL), table.raw("tdol", range(253), "")
    table.end()
    return _checked(
        table.name,
        lambda: Application(
            aid, brand, partial, version, denial, online, default, floor, read_dol(ddol), read_dol(tdol)
        ),
    )


def _key(table: Table) -> SchemeKey:
    rid, index = table.raw("rid", (5,)), table.raw("index", (1,))[0]
    modulus, exponent = table.raw("modulus", range(64, 249)), int.from_bytes(table.raw("exponent", (1, 3)), "big")
    expires = table.take("expires", date, "a day, without quotes: 2031-12-31")
    checksum = table.raw("checksum", (20,))
    should = "a list of certificate serial numbers, 6 hexadecimal digits each"
    serials = table.take("revoked", list, should, [])
    try:
        revoked = frozenset(bytes.fromhex(serial) for serial in serials)
    except (TypeError, ValueError):
        raise table.fault("revoked", should) from None
    table.end()
    day = expires.year * 10_000 + expires.month * 100 + expires.day
    return _checked(table.name, lambda: SchemeKey(rid, index, modulus, exponent, day, checksum, revoked))


def _checked(name: str, build: Callable[[], _T]) -> _T:
    try:
        return build()
    except ValueError as error:
        raise TerminalDataError(f"{name}{error}") from None
