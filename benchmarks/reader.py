"""The reader's end of a pty: waits for the lamp and writes a whole swipe at once, without a wire's 125 ms."""

import os
import pty
import select
import tty

from hw_sim.cards import CARDS
from hw_sim.readers.stripe import frame

_GREEN = b"\x1b\x83"
_LAMP_LIMIT_S = 30.0
SWIPE = frame(CARDS["visa"])


class Reader:
    """`device` is the engine's end. `close` it."""

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.device = os.ttyname(self._slave)

    def close(self) -> None:
        os.close(self._master)
        os.close(self._slave)

    def wait_for_lamp(self) -> None:
        """Until ESC 0x83: swipe now. Raises TimeoutError."""
        heard = b""
        while _GREEN not in heard:
            if not select.select((self._master,), (), (), _LAMP_LIMIT_S)[0]:
                raise TimeoutError("the engine asked for no card")
            heard = heard[-1:] + os.read(self._master, 256)

    def swipe(self) -> None:
        os.write(self._master, SWIPE)
