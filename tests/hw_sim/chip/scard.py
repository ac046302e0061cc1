"""A bare PC/SC client in a process of its own: scard.py READER present|now. Lines of hex in, lines of hex out.

Waits for a card, connects exclusively, prints `ATR PROTOCOL`, then sends each line to the card. `state` prints whether
a card is there. pcsc-lite takes its socket's name once a process, so every pcscd needs a client process.
"""

import sys

from smartcard import scard  # type: ignore[import-untyped]  # pyscard ships no types

LOOK_MS = 100
FOREVER_MS = 0xFFFFFFFF


def main(reader: str, until: str) -> None:
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if until == "present":
        wait_for(context, reader, scard.SCARD_STATE_PRESENT)
    result, card, protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_EXCLUSIVE, 3)
    if result:
        say(f"error {result & FOREVER_MS:08X}")
    else:
        atr = scard.SCardStatus(card)[4]
        say(bytes(atr).hex(), protocol - 1)
    for line in sys.stdin:
        if line == "gone\n":
            wait_for(context, reader, scard.SCARD_STATE_EMPTY)
            say("gone")
            continue
        pci = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
        result, answer = scard.SCardTransmit(card, pci, list(bytes.fromhex(line)))
        say(f"error {result & FOREVER_MS:08X}" if result else bytes(answer).hex())
    scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)
    scard.SCardReleaseContext(context)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def wait_for(context: int, reader: str, wanted: int) -> None:
    known = scard.SCARD_STATE_UNAWARE
    while True:
        _, [(_, state, _)] = scard.SCardGetStatusChange(context, LOOK_MS, [(reader, known)])
        if state & wanted:
            return
        known = state


if __name__ == "__main__":
    main(*sys.argv[1:])
