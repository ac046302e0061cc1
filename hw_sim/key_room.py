"""The key-injection room: where a reader gets its first key before it is sent to a store.

WORLD/processor/base.key     the base derivation key, 16 bytes; in life it is in hardware, never in a file
WORLD/readers/NAME.json      what is put into a reader: an initial key of its own, and the serial number it begins with
A reader never learns the base key, and no key can be led back to it. The engine's disk gets nothing of either.
"""

import json
import secrets
from pathlib import Path

from hw_sim import dukpt
from hw_sim.disk import private_folder, write_atomically
from hw_sim.readers import key_state

BASE_KEY = "base.key"
_KEY_SET = bytes.fromhex("629949")  # the leading digits of the maker's published serial numbers
_DEVICE_BITS = 80 - 8 * len(_KEY_SET) - dukpt.COUNTER_BITS


def base_key(processor: Path) -> bytes:
    """The key in the processor's folder, made if absent. Raises ValueError when the file holds none."""
    file = processor / BASE_KEY
    if not file.exists():
        write_atomically(file, secrets.token_bytes(dukpt.KEY_LENGTH))
    found = file.read_bytes()
    if len(found) != dukpt.KEY_LENGTH:
        raise ValueError("a base key's file has 16 bytes")
    return found


def state_file(world: Path, reader: str) -> Path:
    return world / "readers" / f"{reader}.json"


def inject(world: Path, processor: Path, reader: str) -> None:
    """Put keys into the reader of that name. One that has keys of this processor goes on with them.

    Its serial number is drawn, not counted: a reader injected anew never repeats what it used before.
    """
    base, file = base_key(processor), state_file(world, reader)
    if file.exists() and _derived_from(base, file):
        return
    private_folder(file.parent)
    serial = int.from_bytes(_KEY_SET, "big") << _DEVICE_BITS | secrets.randbits(_DEVICE_BITS)
    first = (serial << dukpt.COUNTER_BITS | 1).to_bytes(dukpt.KSN_LENGTH, "big")
    key_state.write(file, dukpt.initial_key(base, first), first, {})


def _derived_from(base: bytes, file: Path) -> bool:
    """Whether the reader's keys come from this base key. A file that cannot be read is for the reader to refuse."""
    try:
        held = json.loads(file.read_bytes())
        initial, ksn = bytes.fromhex(held["initial_key"]), bytes.fromhex(held["next_ksn"])
    except (ValueError, KeyError, TypeError):
        return True
    return not ksn or dukpt.initial_key(base, ksn) == initial
