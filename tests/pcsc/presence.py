"""Says what pcscd knows of a reader, once a line that it is given: presence.py, PCSCLITE_CSOCK_NAME says whose socket.

A process of its own, since libpcsclite knows one daemon a process. Answers `state count`: pcscd counts the changes.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from drivers.pcsc.pcscd import load_scard

scard = load_scard()
_, context = scard.SCardEstablishContext(2)
for line in sys.stdin:
    _, states = scard.SCardGetStatusChange(context, 0, [(line.rstrip("\n"), 0)])
    state = states[0][1]
    sys.stdout.write(f"{'CARD' if state & 0x20 else 'EMPTY'} {state >> 16}\n")
    sys.stdout.flush()
