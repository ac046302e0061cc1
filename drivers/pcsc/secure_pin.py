"""An offline PIN that never leaves the reader: PC/SC part 10, FEATURE_VERIFY_PIN_DIRECT of CCID readers with a keypad.

The reader takes the digits, puts them into the VERIFY command that it is given and sends that to the card itself; what
comes back is the card's status word. No PIN, and no length of one, is ever in this process.
"""

from collections.abc import Callable

from drivers.pcsc.asks import PinGiven, PinTrouble

_GET_FEATURES = 0x42000000 + 3400  # CM_IOCTL_GET_FEATURE_REQUEST as pcsc-lite numbers it
_VERIFY_PIN_DIRECT = 0x06
_TAG_LENGTH = 6  # tag, length 4, control code big-endian

# PIN_VERIFY_STRUCTURE for EMV 4.4 book 3, 6.5.12 (plain text PIN: 2, length, digits, F): BCD behind one byte of control
# and length, the length in the lower half of that byte, 8 bytes in all, 4 to 12 digits, entered with the key *enter*.
_TIMEOUT_S = 30
_VERIFY = bytes.fromhex("0020008008 20FFFFFFFFFFFFFF")
_STRUCTURE = (
    bytes((_TIMEOUT_S, _TIMEOUT_S))  # first digit, following ones
    + bytes.fromhex("89 47 04 0C04 02 01 0904 00 000000")  # numbers of two bytes: low byte first
    + len(_VERIFY).to_bytes(4, "little")
    + _VERIFY
)
# PC/SC part 10, 2.5.2: what the reader says where no card has spoken. Timed out, cancelled.
_BYPASSED = (0x6400, 0x6401)
_READER_WORDS = 0x64
_STATUS_LENGTH = 2

Control = Callable[[int, bytes], bytes | None]


def enter_offline_pin(control: Control) -> PinGiven | PinTrouble:
    """`control` sends a control code and its data to the reader (Pcscd.control); what that raises goes through."""
    code = _feature(control(_GET_FEATURES, b"") or b"")
    if code is None:
        return PinTrouble.NO_PAD
    answer = control(code, _STRUCTURE)
    if answer is None or len(answer) != _STATUS_LENGTH:
        return PinTrouble.PAD_FAILED
    status = int.from_bytes(answer, "big")
    if status in _BYPASSED:
        return PinTrouble.BYPASSED
    return PinTrouble.PAD_FAILED if status >> 8 == _READER_WORDS else PinGiven(status)


def _feature(features: bytes) -> int | None:
    """The control code for VERIFY_PIN_DIRECT in the reader's list; None: it has no such, or the list is none."""
    if len(features) % _TAG_LENGTH:
        return None
    for at in range(0, len(features), _TAG_LENGTH):
        if features[at] == _VERIFY_PIN_DIRECT and features[at + 1] == _TAG_LENGTH - 2:
            return int.from_bytes(features[at + 2 : at + _TAG_LENGTH], "big")
    return None
