"""Card holders that are verified: a sale by the rules of a card's list, and what its results must then be."""

from collections.abc import Sequence
from dataclasses import replace

from drivers.pcsc.terminal import Terminal
from drivers.reader import Tender
from pos_bridge.domain.chip import Verified
from tests.drivers.pcsc.chips import APPROVED, SALE, Chip, cdol_1, cdol_2, generated, talk, terminal
from tests.drivers.pcsc.script import Issuer, Line, Say, play, tlv

PLAIN = 0x80_00_00_80_00
FAILED, UNKNOWN, EXCEEDED, NO_PAD, NOT_ENTERED, ONLINE = (bit << 16 for bit in (0x80, 0x40, 0x20, 0x10, 0x08, 0x04))
TRIES_3 = Say("80CA9F1700", tlv("9F17", "03") + "9000")
WITH_PAD = replace(SALE, pin_pad="/pad")


def at_reader() -> Terminal:
    """A reader that hands a PIN to the card itself."""
    return terminal(change=('["signature", "no_cvm"]', '["signature", "no_cvm", "offline_pin"]'))


def verified(
    rules: str | None,
    results: str,
    bits: int = 0,
    said: Sequence[Line] = (),
    *,
    at: Terminal | None = None,
    tender: Tender = SALE,
    amounts: str = "0000000000000000",
    tsi: str = "6800",
    aip: str = "1800",
) -> Verified:
    """How the holder was verified in a sale whose CVM list is `rules`: CVM results and TVR must be what is given."""
    tvr = f"{PLAIN | bits:010X}"
    chip = Chip(aip=aip, signed={"8E": (amounts + rules.replace(" ", "")) if rules is not None else "", "9F42": "0124"})
    lines: list[Line] = [
        *chip.opening(),
        *said,
        generated("80", cdol_1(tvr, results, tender)),
        Issuer(APPROVED),
        generated("40", cdol_2(tvr, tsi)),
    ]
    played = play(talk(at, tender), lines)
    assert played.answer is not None
    assert played.answer.receipt is not None
    assert played.ask is not None
    assert (b"\x99\x08" in played.ask.data) == bool(bits & ONLINE)
    return played.answer.receipt.verified
