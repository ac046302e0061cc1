"""The cards' issuer for tests, with the arithmetic of pyemv: which is not that of the cards."""

from typing import Any

import pyemv

from hw_sim.cards import Brand, Card
from hw_sim.chip.issuers import issuer_master_key, script_key
from tests.hw_sim.chip.terminal import TERMINAL

CLASSES: dict[Brand, Any] = {
    Brand.VISA: pyemv.cvn.VisaCVN18,
    Brand.MASTERCARD: pyemv.cvn.MasterCardCVN16,
    Brand.AMEX: pyemv.cvn.VisaCVN10,
    Brand.DISCOVER: pyemv.cvn.VisaCVN10,
    Brand.INTERAC: pyemv.cvn.InteracCVN133,
}
APPROVED = bytes.fromhex("00800000")  # card status update of ARPC method 2


class Issuer:
    def __init__(self, card: Card) -> None:
        self.brand = card.brand
        keys = issuer_master_key(card.brand), script_key(card.brand), bytes(16)
        self.keys: Any = CLASSES[card.brand](*keys, pan=card.number, psn="01")

    def cryptogram(self, found: dict[str, bytes], interchange: bytes, values: dict[str, bytes] = TERMINAL) -> bytes:
        """What the card's cryptogram should be."""
        names = ("9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37")
        given = {f"tag_{name.lower()}": values[name] for name in names}
        issuer_data = found["9F10"]
        match self.brand:
            case Brand.VISA | Brand.INTERAC:
                given["tag_9f10"] = issuer_data
            case Brand.MASTERCARD:
                given["cvr"] = issuer_data[2:8]
            case _:
                given["cvr"] = issuer_data[3:7]
        made: bytes = self.keys.generate_ac(**given, tag_82=interchange, tag_9f36=found["9F36"])
        return made

    def proof(self, found: dict[str, bytes], code: bytes = b"00") -> bytes:
        """Tag 91."""
        asked, counter = {"tag_9f26": found["9F26"]}, {"tag_9f36": found["9F36"]}
        match self.brand:
            case Brand.VISA:
                return bytes(self.keys.generate_arpc(**asked, **counter, csu=APPROVED)) + APPROVED
            case Brand.INTERAC:
                unpredictable = {"tag_9f37": TERMINAL["9F37"]}
                return bytes(self.keys.generate_arpc(**asked, **counter, **unpredictable, arpc_rc=code)) + code
            case _:
                return bytes(self.keys.generate_arpc(**asked, arpc_rc=code)) + code

    def script(self, header: str, found: dict[str, bytes], data: bytes = b"", count: int = 0) -> bytes:
        """A command with its MAC; the `count`th of a script."""
        raw = bytes.fromhex(header) + bytes((len(data) + 8,))
        request = int.from_bytes(found["9F26"], "big")
        more = {} if self.brand is Brand.INTERAC else {"tag_9f36": found["9F36"]}
        if self.brand in {Brand.MASTERCARD, Brand.INTERAC}:
            request += count
        mac: bytes = self.keys.generate_command_mac(
            command_header=raw, tag_9f26=request.to_bytes(8, "big"), command_data=data, **more
        )
        return raw + data + mac
