"""A small terminal of the tests' own: TLV, the way through a transaction, and its checking of what a card shows.

Written for the tests from EMV 4.4 alone; neither the product's terminal nor the cards' own code is used.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hw_sim.chip.keys import AuthorityKey

PSE = b"1PAY.SYS.DDF01"
UNPREDICTABLE = bytes.fromhex("A1B2C3D4")
TERMINAL = {
    "9F02": bytes.fromhex("000000004750"),
    "9F03": bytes(6),
    "9F1A": bytes.fromhex("0124"),
    "95": bytes.fromhex("0000008000"),
    "5F2A": bytes.fromhex("0124"),
    "9A": bytes.fromhex("261123"),
    "9C": b"\0",
    "9F37": UNPREDICTABLE,
    "9F33": bytes.fromhex("2028C8"),
    "9F34": bytes.fromhex("1E0300"),
    "9F35": b"\x21",
    "8A": b"00",
}
AAC, TC, ARQC = 0x00, 0x40, 0x80


class StatusError(Exception):
    def __init__(self, status: int, data: bytes = b"") -> None:
        super().__init__(f"{status:04X}")
        self.status, self.data = status, data


def objects(data: bytes) -> list[tuple[str, bytes]]:
    """All objects of BER-TLV data, as (tag, value), in order; raises ValueError where lengths do not fit."""
    found: list[tuple[str, bytes]] = []
    place = 0
    while place < len(data):
        start = place
        place += 2 if data[place] & 0x1F == 0x1F else 1
        tag = data[start:place].hex().upper()
        length = data[place]
        place += 1
        if length > 0x80:
            size = length - 0x80
            length = int.from_bytes(data[place : place + size], "big")
            place += size
        if place + length > len(data):
            raise ValueError("an object is longer than what holds it")
        found.append((tag, data[place : place + length]))
        place += length
    return found


def tree(data: bytes) -> dict[str, bytes]:
    """All objects at any depth: tag to value."""
    found: dict[str, bytes] = {}
    for tag, value in objects(data):
        found[tag] = value
        if int(tag[:2], 16) & 0x20:
            found |= tree(value)
    return found


def filled(dol: bytes, values: Mapping[str, bytes]) -> bytes:
    """Data for a data object list; zeros for what is not known."""
    data, place = b"", 0
    while place < len(dol):
        end = place + (2 if dol[place] & 0x1F == 0x1F else 1)
        tag, length = dol[place:end].hex().upper(), dol[end]
        data += values.get(tag, b"").rjust(length, b"\0")[-length:]
        place = end + 1
    return data


@dataclass
class Terminal:
    """`send` gives a whole answer for a command's bytes, as SCardTransmit does."""

    send: Callable[[bytes], bytes]
    values: dict[str, bytes] = field(default_factory=lambda: dict(TERMINAL))
    read: dict[str, bytes] = field(default_factory=dict)
    static: bytes = b""
    asked: bytes = b""
    sent: int = 0

    def ask(self, header: str, data: bytes = b"", *, expected: bool = True) -> tuple[bytes, int]:
        """Data and status; GET RESPONSE and the exact length are asked for as a T=0 terminal does."""
        raw = bytes.fromhex(header) + (bytes((len(data),)) + data if data else b"") + (b"\0" if expected else b"")
        answer = self._send(raw)
        if answer[-2] == 0x6C:
            answer = self._send(raw[:-1] + answer[-1:])
        while answer[-2] == 0x61:
            fetched = self._send(bytes.fromhex("00C00000") + answer[-1:])
            if fetched[-2] == 0x6C:
                fetched = self._send(bytes.fromhex("00C00000") + fetched[-1:])
            answer = answer[:-2] + fetched
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def _send(self, raw: bytes) -> bytes:
        self.sent += 1
        return self.send(raw)

    def want(self, header: str, data: bytes = b"", *, expected: bool = True) -> bytes:
        answer, status = self.ask(header, data, expected=expected)
        if status != 0x9000:
            raise StatusError(status, answer)
        return answer

    # ---- a transaction ----

    def select(self, name: bytes, *, following: bool = False) -> dict[str, bytes]:
        fci = self.want("00A404" + ("02" if following else "00"), name)
        self.read = tree(fci)
        return self.read

    def directory(self) -> list[bytes]:
        """The AIDs of the card's directory."""
        self.select(PSE)
        record = self.want(f"00B201{self.read['88'][0] << 3 | 4:02X}")
        return [tree(entry)["4F"] for tag, entry in objects(tree(record)["70"]) if tag == "61"]

    def begin(self) -> None:
        given = filled(self.read.get("9F38", b""), self.values)
        answer = tree(self.want("80A80000", b"\x83" + bytes((len(given),)) + given))
        if "80" in answer:
            answer = {"82": answer["80"][:2], "94": answer["80"][2:]}
        self.read |= answer
        self.asked = given

    def records(self) -> None:
        """What the records hold; a tag that comes twice raises ValueError."""
        files, self.static = self.read["94"], b""
        for place in range(0, len(files), 4):
            sfi, first, last, covered = files[place : place + 4]
            for number in range(first, last + 1):
                record = self.want(f"00B2{number:02X}{sfi | 4:02X}")
                content = tree(record)["70"]
                for tag, value in objects(content):
                    if tag in self.read:
                        raise ValueError(f"{tag} comes twice")
                    self.read[tag] = value
                if number - first < covered:
                    self.static += content
        for tag in (self.read.get("9F4A") or b"").hex().upper().split("/"):
            self.static += self.read[tag]

    def generate(self, kind: int, *, second: bool = False, combined: bool = False) -> dict[str, bytes]:
        """The answer's objects; a combined one's cryptogram comes out of its signature."""
        data = filled(self.read["8D" if second else "8C"], self.values)
        answer = self.want(f"80AE{kind | 0x10 * combined:02X}00", data)
        self.asked += data
        found = tree(answer)
        if "80" in found:
            whole = found["80"]
            found |= {"9F27": whole[:1], "9F36": whole[1:3], "9F26": whole[3:11], "9F10": whole[11:]}
        if "9F4B" in found:
            covered = b"".join(tlv(tag, value) for tag, value in objects(found["77"]) if tag != "9F4B")
            dynamic = self.check_dynamic(found["9F4B"], self.values["9F37"])
            inside = dynamic[1 + dynamic[0] :]
            assert inside[:1] == found["9F27"]
            assert inside[9:] == sha_1(self.asked + covered)
            found["9F26"] = inside[1:9]
        return found

    def run(self, aid: bytes, **how: bool) -> dict[str, bytes]:
        """From the selection to the first cryptogram."""
        self.select(aid)
        self.begin()
        self.records()
        return self.generate(ARQC, **how)

    # ---- authentication (book 2, 5 and 6) ----

    def issuer_modulus(self, authority: AuthorityKey) -> tuple[bytes, bytes]:
        """Raises ValueError for a certificate that is not the authority's. Gives modulus and exponent."""
        inside = recovered(self.read["90"], authority.modulus, authority.exponent)
        remainder, exponent = self.read.get("92", b""), self.read["9F32"]
        hashed(inside, remainder + exponent, 0x02)
        length = inside[12]
        assert inside[13] == len(exponent)
        number = digits(self.read["5A"])
        assert number.startswith(inside[1:5].hex().rstrip("f"))
        assert inside[5:7].hex() == authority.expiry_mmyy
        return (inside[14:-20][:length] + remainder)[:length], exponent

    def check_static(self, authority: AuthorityKey) -> bytes:
        modulus, exponent = self.issuer_modulus(authority)
        inside = recovered(self.read["93"], modulus, exponent)
        hashed(inside, self.static, 0x03)
        return inside[2:4]

    def card_modulus(self, authority: AuthorityKey) -> None:
        inside = recovered(self.read["9F46"], *self.issuer_modulus(authority))
        remainder, exponent = self.read.get("9F48", b""), self.read["9F47"]
        hashed(inside, remainder + exponent + self.static, 0x04)
        assert inside[1:11].hex().rstrip("f") == digits(self.read["5A"])
        length = inside[18]
        assert inside[19] == len(exponent)
        self._card = (inside[20:-20][:length] + remainder)[:length], exponent

    def check_dynamic(self, signature: bytes, terminals: bytes) -> bytes:
        inside = recovered(signature, *self._card)
        hashed(inside, terminals, 0x05)
        return inside[3 : 3 + inside[2]]


def recovered(signature: bytes, modulus: bytes, exponent: bytes) -> bytes:
    """What was signed, between header and trailer."""
    if len(signature) != len(modulus):
        raise ValueError("a signature has the length of its key")
    number = pow(*(int.from_bytes(each, "big") for each in (signature, exponent, modulus)))
    block = number.to_bytes(len(modulus), "big")
    if block[0] != 0x6A or block[-1] != 0xBC:
        raise ValueError("not signed by this key")
    return block[1:-1]


def hashed(inside: bytes, beside: bytes, kind: int) -> None:
    if inside[0] != kind or sha_1(inside[:-20] + beside) != inside[-20:]:
        raise ValueError("another hash was signed")


def sha_1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def digits(number: bytes) -> str:
    return number.hex().rstrip("f")


def tlv(tag: str, value: bytes) -> bytes:
    length = bytes((len(value),)) if len(value) < 0x80 else bytes((0x81, len(value)))
    return bytes.fromhex(tag) + length + value
