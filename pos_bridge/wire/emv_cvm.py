"""The CVM list (EMV 4.4 book 3, 10.5 and annex C3): its bytes as rules, the names of methods and conditions."""

from dataclasses import dataclass
from enum import IntEnum

from pos_bridge.wire.tlv import TlvError

_AMOUNTS, _RULE = 8, 2
_METHOD, _GO_ON = 0x3F, 0x40
MAX_RULES = 122  # 252 bytes


class Method(IntEnum):
    """The lower six bits of a rule's first byte."""

    FAIL = 0x00
    PLAINTEXT_PIN = 0x01
    ONLINE_PIN = 0x02
    PLAINTEXT_PIN_AND_SIGNATURE = 0x03
    ENCIPHERED_PIN = 0x04
    ENCIPHERED_PIN_AND_SIGNATURE = 0x05
    SIGNATURE = 0x1E
    NONE_REQUIRED = 0x1F


class Condition(IntEnum):
    ALWAYS = 0x00
    UNATTENDED_CASH = 0x01
    NO_CASH = 0x02  # neither unattended cash, nor manual cash, nor purchase with cashback
    IF_SUPPORTED = 0x03
    MANUAL_CASH = 0x04
    CASHBACK = 0x05
    UNDER_X = 0x06  # in the application's currency
    OVER_X = 0x07
    UNDER_Y = 0x08
    OVER_Y = 0x09


_METHODS: dict[int, Method] = {method.value: method for method in Method}


@dataclass(frozen=True, slots=True)
class Rule:
    """`code` and `condition` as the card has them; `method` None is one that nobody defined."""

    code: int
    condition: int

    @property
    def method(self) -> Method | None:
        number = self.code & _METHOD
        return _METHODS.get(number)

    @property
    def goes_on(self) -> bool:
        """Where this method fails the next rule is tried (bit 7)."""
        return bool(self.code & _GO_ON)


@dataclass(frozen=True, slots=True)
class CvmList:
    """`x` and `y`: amounts in the application's currency, without a decimal point."""

    x: int
    y: int
    rules: tuple[Rule, ...]


def parse_cvm_list(raw: bytes) -> CvmList:
    """Raises TlvError for a list that is cut short. One without rules is read; it stands for none (10.5)."""
    pairs = raw[_AMOUNTS:]
    if len(raw) < _AMOUNTS or len(pairs) % _RULE or len(pairs) // _RULE > MAX_RULES:
        raise TlvError("a CVM list is cut short")
    rules = tuple(Rule(pairs[at], pairs[at + 1]) for at in range(0, len(pairs), _RULE))
    return CvmList(int.from_bytes(raw[:4], "big"), int.from_bytes(raw[4:8], "big"), rules)
