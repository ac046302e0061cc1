"""Cards that prove themselves offline, each by its method, and what a terminal's results say of it."""

from drivers.pcsc.terminal import Terminal
from tests.drivers.pcsc import authority
from tests.drivers.pcsc.chips import RANDOM, Chip, ending, talk, terminal
from tests.drivers.pcsc.script import Say, apdu, play, tlv

SDA = Chip(aip="5800", method="SDA")
DDA = Chip(aip="3800", method="DDA")
CDA = Chip(aip="1900", method="CDA")
DYNAMIC = "0831323334353637FF"
# What the TVR says when the method went well, and when it failed.
GOOD = {"SDA": "0200008000", "DDA": "0000008000", "CDA": "0000008000"}
BAD = {"SDA": "4200008000", "DDA": "0800008000", "CDA": "0400008000"}


def knowing() -> Terminal:
    return terminal(keys=authority.key_table())


def challenge(data: str = RANDOM, *, signature: str = "", status: str = "9000") -> Say:
    said = tlv("80", signature or authority.dynamic_signature(DYNAMIC, data))
    return Say(apdu("00880000", data), said + "9000" if status == "9000" else status)


def wrong(chip: Chip, bad: str) -> None:
    lines = [*chip.opening(), *ending(bad, "E800")]
    played = play(talk(knowing()), lines)
    assert played.answer is not None
    assert played.answer.receipt is not None
    assert played.answer.receipt.tvr.hex().upper() == bad
