"""A card's program: python -P -m hw_sim.chip.slot PCSCD_PID SLOT CARD, with CARD as JSON (Slotted).

Lies in pcscd's virtual reader until it is ended, or pulls itself. Says READY=1 to $NOTIFY_SOCKET when the reader has
seen it. Prints only what its user has to know, never what passes.
"""

import json
import os
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from hw_sim.chip import spaces, vpcd
from hw_sim.chip.card import ChipCard
from hw_sim.chip.exchange import Protocol
from hw_sim.chip.fault import faults
from hw_sim.chip.memory import ForgottenError, on_disk
from hw_sim.chip.pcscd_room import PORTS
from hw_sim.chip.profile import CHIP_CARDS, Oda
from hw_sim.chip.replay import RecordedCard, RecordingError, recording_in


@dataclass(frozen=True, slots=True)
class Slotted:
    """What is put into a slot. `file`: the card's memory, or the recording where `card` is None."""

    card: str | None
    file: str
    faults: tuple[str, ...] = ()
    oda: str | None = None
    t0: bool = False

    def __str__(self) -> str:
        return json.dumps(asdict(self))


def card_of(slotted: Slotted) -> vpcd.Inserted:
    """Raises KeyError, ValueError, RecordingError, ForgottenError, OSError for what cannot be inserted."""
    if slotted.card is None:
        return RecordedCard(recording_in(Path(slotted.file)), lambda words: print(words, flush=True))
    return ChipCard(
        CHIP_CARDS[slotted.card],
        faults(slotted.faults),
        oda=None if slotted.oda is None else Oda(slotted.oda),
        protocol=Protocol.T0 if slotted.t0 else Protocol.T1,
        memory=on_disk(Path(slotted.file)),
    )


def main(words: list[str]) -> None:
    pid, slot, held = int(words[0]), int(words[1]), json.loads(words[2])
    try:
        card = card_of(Slotted(**{**held, "faults": tuple(held["faults"])}))
    except (ForgottenError, RecordingError) as error:
        sys.exit(str(error))
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)  # before: abstract names belong to a network
    with ear:
        ear.connect(f"\0{os.environ['NOTIFY_SOCKET'].removeprefix('@')}")
        spaces.enter_network(pid)
        vpcd.lie_in(PORTS[slot], card, lambda: ear.send(b"READY=1\n"))


if __name__ == "__main__":
    main(sys.argv[1:])
