"""A PIN as the PIN pad encrypted it: DUKPT's PIN variant, ISO 9564-1 format 1. Pure but for the base key.

The clear PIN lives for one request, here and in the issuer. That a key serial number is used once is the ledger's.
"""

import re

from hw_sim import dukpt

_FORMAT_1 = re.compile(r"1([4-9a-c])([0-9a-f]{14})")
_DIGITS = re.compile(r"[0-9]+")
NO_PIN = ""


class NoSuchPadError(ValueError):
    """Encrypted under no key of ours."""


def entered_pin(block: bytes, ksn: bytes, base: bytes) -> str:
    """The PIN, 4 to 12 digits, or NO_PIN where the block does not open to one. Raises NoSuchPadError."""
    if len(ksn) != dukpt.KSN_LENGTH or len(block) != dukpt.BLOCK:
        raise NoSuchPadError("this processor has no base key for AES DUKPT")
    try:
        transaction = dukpt.transaction_key(dukpt.initial_key(base, ksn), ksn)
    except dukpt.KsnError as error:
        raise NoSuchPadError(str(error)) from None
    clear = _FORMAT_1.fullmatch(dukpt.decrypt(dukpt.working_key(transaction, dukpt.Variant.PIN), block).hex())
    if clear is None:
        return NO_PIN
    pin = clear[2][: int(clear[1], 16)]
    return pin if _DIGITS.fullmatch(pin) else NO_PIN
