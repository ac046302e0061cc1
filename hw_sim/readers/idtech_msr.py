"""An encrypting magnetic stripe reader of ID TECH's SecureMag family, with keys in it (its security level 3).

Encrypts a bank card under a key of its own for each swipe and shows the rest of the stripe as the maker's do; sends
any other card in clear. Reads whenever the setting says so, wanted or not, and is silent otherwise. Session ids, AES,
serial numbers in the frame and the buffered mode are not simulated.
"""

import random

from hw_sim import dukpt
from hw_sim.readers.idtech_frame import STX, clear_frame, encrypted_frame, is_bank_card, spoil_checks
from hw_sim.readers.idtech_settings import ACK, NAK, READING, UNKNOWN, CommandListener, Settings
from hw_sim.readers.key_state import ExhaustedError, KeyState, KeyStateError
from hw_sim.readers.reader import Heard
from hw_sim.readers.stripe import Stripe

_HEADER = 5  # STX, length, card type, track status


class IdtechMsr:
    """The model. A till that makes sure that it reads, by asking or by telling it, asks for one card.

    Being told not to read, or a closed port, withdraws the ask.
    """

    driver = "idtech_msr"
    meaningful = frozenset((STX, *ACK, *NAK, *UNKNOWN))
    reaction_s = 0.2  # nothing on it says so: the till prompts, once it has this reader's answer

    def __init__(self, state: KeyState) -> None:
        """Raises KeyStateError for a state with settings that this reader does not have."""
        self._state = state
        try:
            self._settings = Settings(state.settings)
        except ValueError as error:
            raise KeyStateError(str(error)) from None
        self._settings.exhausted = state.exhausted
        self._listener = CommandListener()

    def hear(self, data: bytes) -> Heard:
        answer, wants = b"", []
        for command in self._listener.feed(data):
            said = NAK if command is None else self._settings.obey(command)
            answer += said
            if command is not None and said.startswith(ACK) and command[2] == READING:
                wants.append(self._settings.reading)
        if self._settings.changed != self._state.settings:
            self._state.keep(self._settings.changed)
        return Heard(answer, tuple(wants))

    def fall_silent(self) -> None:
        self._listener = CommandListener()

    def read(self, stripe: Stripe) -> bytes:
        if not self._settings.reading:
            return b""
        if not is_bank_card(stripe):
            return clear_frame(stripe, self._settings.options)
        try:
            ksn, transaction = self._state.take()
        except ExhaustedError:
            return b""
        self._settings.exhausted = self._state.exhausted
        key = dukpt.working_key(transaction, dukpt.Variant.DATA_ONE_WAY)
        return encrypted_frame(stripe, self._settings.options, ksn, key)

    def garble(self, frame: bytes, rng: random.Random) -> bytes:
        """A third of what lies between the header and the checks is wrong, and neither check holds."""
        damaged = bytearray(frame)
        body = range(_HEADER, len(frame) - 3)
        for place in rng.sample(body, k=len(body) // 3):
            damaged[place] = rng.randrange(256)
        return spoil_checks(bytes(damaged)) if frame else frame
