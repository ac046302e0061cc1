"""The settings of an ID TECH magnetic stripe reader, and the commands that review and set them. Sans-I/O, bounded.

02 'R' id 03 LRC -> 06 02 id length value 03 LRC       02 'S' id length value 03 LRC -> 06
LRC is the xor of all before it. 15: not understood or not allowed; 16: this reader has no such setting. The user
manual's other commands, its buffered mode and its levels of security other than 3 are not simulated: 15.
"""

from collections.abc import Mapping
from functools import reduce
from operator import xor
from types import MappingProxyType

from hw_sim.readers.idtech_frame import ETX, STX, Options

ACK, NAK, UNKNOWN = b"\x06", b"\x15", b"\x16"
READING, ON = 0x1A, ord("1")
_REVIEW, _SET = ord("R"), ord("S")
_DEFAULTS = 0x18  # set without a value: all settings as delivered
_HASHES, _LEAD, _TRAIL, _MASK, _EXPIRY = 0x5C, 0x49, 0x4A, 0x4B, 0x50
_FORMAT, _MASKS, _LRC, _LEVEL = 0x85, 0x86, 0x6F, 0x7E
_OFF_ON = frozenset(b"01")

# Each setting's value in a new reader, and those it can be set to: none where the manual forbids it or where nothing
# else is simulated. A new reader shows more than it must: it sends hashes, and in the original format.
_SETTINGS: Mapping[int, tuple[int, frozenset[int]]] = MappingProxyType(
    {
        READING: (ON, _OFF_ON),
        _LEAD: (4, frozenset(range(7))),
        _TRAIL: (4, frozenset(range(5))),
        _MASK: (ord("*"), frozenset(range(0x20, 0x7F))),
        0x4C: (ord("1"), frozenset(b"1")),  # encryption: TDES
        _EXPIRY: (ord("0"), _OFF_ON),
        0x58: (ord("1"), frozenset(b"1")),  # key management: DUKPT
        _HASHES: (ord("7"), frozenset(b"01234567")),
        _LRC: (ord("1"), _OFF_ON),
        _LEVEL: (ord("3"), frozenset()),  # security level: keys are in it, and it encrypts
        0x84: (8, frozenset({8})),  # track 3 of a bank card is always encrypted
        _FORMAT: (ord("0"), _OFF_ON),
        _MASKS: (7, frozenset(range(8))),
    }
)
_LONGEST = 1  # every setting that is simulated is one byte
_LENGTH_AT, _VALUE_AT = 3, 4


class Settings:
    """The values in force. `changed` has those that are not as delivered, by id; `exhausted`: no key is left."""

    def __init__(self, changed: Mapping[int, int]) -> None:
        """Raises ValueError for a value that the reader could not have been set to."""
        for setting, value in changed.items():
            if setting not in _SETTINGS or value not in _SETTINGS[setting][1]:
                raise ValueError("not a setting of this reader")
        self.changed = dict(changed)
        self.exhausted = False

    def value(self, setting: int) -> int:
        if setting == _LEVEL and self.exhausted:
            return ord("0")
        return self.changed.get(setting, _SETTINGS[setting][0])

    @property
    def reading(self) -> bool:
        return self.value(READING) == ON

    @property
    def options(self) -> Options:
        return Options(
            enhanced=self.value(_FORMAT) == ON,
            hashes=self.value(_HASHES) - ord("0"),
            masks=self.value(_MASKS),
            lead=self.value(_LEAD),
            trail=self.value(_TRAIL),
            mask=self.value(_MASK),
            expiry=self.value(_EXPIRY) == ON,
            lrc=self.value(_LRC) == ON,
        )

    def obey(self, command: bytes) -> bytes:
        """The answer to a whole command; it is done then."""
        kind, setting = command[1], command[2]
        if command[-2] != ETX or command[-1] != _lrc(command[:-1]):
            return NAK
        if (kind, setting) == (_SET, _DEFAULTS):
            self.changed.clear()
            return ACK
        if setting not in _SETTINGS:
            return UNKNOWN
        if kind == _REVIEW:
            told = bytes((STX, setting, 1, self.value(setting), ETX))
            return ACK + told + bytes((_lrc(told),))
        default, allowed = _SETTINGS[setting]
        value = command[_VALUE_AT]
        if command[_LENGTH_AT] != _LONGEST or value not in allowed:
            return NAK
        self.changed.pop(setting, None)
        if value != default:
            self.changed[setting] = value
        return ACK


class CommandListener:
    """Feed what came down the line; take whole commands, and None for what can be none."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes | None]:
        heard: list[bytes | None] = []
        for byte in data:
            self._held.append(byte)
            if self._held[0] != STX:
                self._held.clear()  # between commands: not for this reader
            elif len(self._held) > 1 and self._held[1] not in {_REVIEW, _SET}:
                heard.append(None)
                self._held.clear()
            elif len(self._held) == self._length():
                heard.append(bytes(self._held))
                self._held.clear()
        return heard

    def _length(self) -> int:
        """Of the command that is being held, as far as it can be told now; 0 when not yet."""
        if len(self._held) <= _LENGTH_AT:
            return 0
        if self._held[1] == _REVIEW or self._held[2] == _DEFAULTS:
            return 5
        return 6 + self._held[_LENGTH_AT]


def _lrc(data: bytes) -> int:
    return reduce(xor, data, 0)
