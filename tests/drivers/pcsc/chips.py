"""Cards that talk rightly: what each says at every step, and what a terminal has to have sent for it."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import drivers.pcsc
from drivers.pcsc.asks import Transaction
from drivers.pcsc.terminal import Terminal, read_terminal
from drivers.pcsc.transaction import converse
from drivers.reader import Tender
from pos_bridge.domain.chip import ChipReceipt, HostWord, IssuerAnswer, Verified
from tests.drivers.pcsc import authority
from tests.drivers.pcsc.script import Issuer, Line, Say, apdu, tlv

CANADA = (Path(drivers.pcsc.__file__).parent / "emv-canada.toml").read_text()
SALE = Tender(cents=1234, currency=124, local_time=261123114503)
RANDOM = "0A0B0C0D"
VISA = "A0000000031010"
NUMBER = "4921817844445119"
CDOL_1 = "9F02069F03069F1A0295055F2A029A039C019F37049F3403"
CDOL_2 = "8A02910A95059B029F3704"
APPROVED = IssuerAnswer(HostWord.APPROVED, b"00", bytes.fromhex("1122334455667788") + b"00")
PLAIN_TVR = "8000008000"  # no offline authentication; over a floor limit of nothing
CRYPTOGRAM, ISSUER_DATA = "A1A2A3A4A5A6A7A8", "06011203A00000"


def terminal(*, change: tuple[str, str] = ("", ""), keys: str = "") -> Terminal:
    """The Canadian default, with one piece of its text replaced, and with keys."""
    before, after = change
    assert before in CANADA
    return read_terminal(CANADA.replace(before, after) + keys)


def talk(at: Terminal | None = None, tender: Tender = SALE) -> Transaction:
    return converse(at or terminal(), tender, lambda count: bytes.fromhex(RANDOM)[:count])


@dataclass(frozen=True)
class Chip:
    """`method`: of its offline authentication. `signed` lies in the record that the issuer signed, `plain` in another.

    `proof` overrides what authority.py makes, object by object.
    """

    aid: str = VISA
    priority: str = "01"
    pdol: str = ""
    aip: str = "1800"
    method: str = ""
    plain: dict[str, str] = field(default_factory=dict)
    signed: dict[str, str] = field(default_factory=dict)
    proof: dict[str, str] = field(default_factory=dict)
    number: str = NUMBER

    # ---- what lies in it ----

    @property
    def static(self) -> dict[str, str]:
        own = {
            "5A": self.number + "F" * (len(self.number) % 2),
            "5F24": "491231",
            "5F25": "200101",
            "5F28": "0124",
            "5F34": "01",
            "9F07": "FF00",
            "8C": CDOL_1,
            "8D": CDOL_2,
            "8E": "0000000000000000" + "1E03" + "1F03",
        }
        return present({**own, **self.signed})

    @property
    def signed_bytes(self) -> str:
        return "".join(tlv(tag, value) for tag, value in self.static.items())

    @property
    def records(self) -> list[str]:
        """SFI 1: track 2 alone; SFI 2: what is signed; SFI 3: what proves it."""
        track = f"{self.number}D49122010000123456789"
        plain = present({"57": track + "F" * (len(track) % 2), **self.plain})
        return [
            tlv("70", "".join(tlv(tag, value) for tag, value in plain.items())),
            tlv("70", self.signed_bytes),
            *authority.as_records(self.proof_objects()),
        ]

    def proof_objects(self) -> dict[str, str]:
        if not self.method:
            return {}
        made = authority.issuer_objects(self.number)
        if self.method == "SDA":
            made["93"] = authority.static_signature(self.signed_bytes)
        else:
            made |= authority.chip_objects(self.number, self.signed_bytes)
        return present({**made, **self.proof})

    # ---- what it says ----

    def directory(self) -> list[Line]:
        entry = tlv("61", tlv("4F", self.aid) + tlv("50", "56495341") + tlv("87", self.priority))
        return [
            Say(apdu("00A40400", b"1PAY.SYS.DDF01".hex()), fci(b"1PAY.SYS.DDF01".hex(), tlv("88", "01")) + "9000"),
            Say("00B2010C00", tlv("70", entry) + "9000"),
            Say("00B2020C00", "6A83"),
        ]

    def selected(self) -> Line:
        asks = tlv("50", "56495341") + (tlv("9F38", self.pdol) if self.pdol else "")
        return Say(apdu("00A40400", self.aid), fci(self.aid, asks) + "9000")

    def options(self, pdol_values: str = "") -> Line:
        locator = "08010100" + "10010101" + (f"1801{len(self.records) - 2:02X}00" if len(self.records) > 2 else "")
        return Say(apdu("80A80000", tlv("83", pdol_values)), tlv("80", self.aip + locator) + "9000")

    def read(self) -> list[Line]:
        lines: list[Line] = [Say("00B2010C00", self.records[0] + "9000"), Say("00B2011400", self.records[1] + "9000")]
        rest = enumerate(self.records[2:], 1)
        return lines + [Say(f"00B2{number:02X}1C00", record + "9000") for number, record in rest]

    def opening(self, pdol_values: str = "") -> list[Line]:
        return [*self.directory(), self.selected(), self.options(pdol_values), *self.read()]


def present(objects: dict[str, str]) -> dict[str, str]:
    """An empty value stands for an object that the card lacks."""
    return {tag: value for tag, value in objects.items() if value}


def fci(name: str, inside: str) -> str:
    return tlv("6F", tlv("84", name) + tlv("A5", inside))


# ---- cryptograms ----


def cdol_1(tvr: str, cvm: str = "1E0300", tender: Tender = SALE) -> str:
    kind = "20" if tender.refund else "00"
    return f"{tender.cents:012d}000000000000" + "0124" + tvr + "0124" + "261123" + kind + RANDOM + cvm


def cdol_2(tvr: str, tsi: str, code: str = "3030", authentication: str = "11223344556677883030") -> str:
    return code + authentication.ljust(20, "0") + tvr + tsi + RANDOM


def generated(kind: str, values: str, *, says: str = "", status: str = "9000") -> Say:
    """A GENERATE AC of `kind` (P1), answered by `says` (9F27), or by that kind, in format 1."""
    answer = tlv("80", (says or kind) + "0012" + CRYPTOGRAM + ISSUER_DATA)
    return Say(apdu(f"80AE{kind}00", values), answer + status if status == "9000" else status)


def combined(kind: str, values: str, before: str = "", *, says: str = "", flip: bool = False) -> Say:
    """The same under CDA, in format 2. `before`: what PDOL and earlier CDOLs were filled with."""
    says = says or kind
    told = tlv("9F27", says) + tlv("9F36", "0012"), tlv("9F10", ISSUER_DATA)
    digest = hashlib.sha1(bytes.fromhex(before + values + "".join(told))).hexdigest()
    signature = authority.dynamic_signature("04" + "31323334" + says + CRYPTOGRAM + digest, RANDOM)
    if flip:
        signature = flipped(signature)
    answer = tlv("77", told[0] + tlv("9F4B", signature) + told[1])
    p1 = int(kind, 16) | 0x10
    return Say(apdu(f"80AE{p1:02X}00", values), answer + "9000")


def flipped(value: str, bit: int = 77) -> str:
    """One bit of it the other way round."""
    raw = bytearray.fromhex(value)
    bit %= 8 * len(raw)
    raw[bit // 8] ^= 0x80 >> bit % 8
    return raw.hex().upper()


def ending(tvr: str, tsi: str = "6800", answer: IssuerAnswer = APPROVED) -> list[Line]:
    """From the first cryptogram on, where nothing is signed and the issuer approves."""
    return [
        generated("80", cdol_1(tvr)),
        Issuer(answer),
        generated("40", cdol_2(tvr, tsi)),
    ]


def receipt(tvr: str = PLAIN_TVR, tsi: str = "6800", verified: Verified = Verified.SIGNATURE) -> ChipReceipt:
    return ChipReceipt(bytes.fromhex(VISA), bytes.fromhex(tvr), bytes.fromhex(tsi), verified)


# ---- scripts ----

BLOCK_PIN, UNBLOCK = "8424000008" + "AA" * 8, "841800000400112233"


def script(template: str, *commands: str) -> str:
    return tlv(template, tlv("9F18", "00000001") + "".join(tlv("86", command) for command in commands))
