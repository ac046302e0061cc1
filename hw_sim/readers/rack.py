"""The readers on the counter of one store, by name. Two of one driver are told apart by a number: NAME, NAME-2, ..."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from hw_sim.readers.idtech_msr import IdtechMsr
from hw_sim.readers.key_state import KeyState, KeyStateError
from hw_sim.readers.msr_plain import MsrPlain
from hw_sim.readers.reader import Model, Reader

# How to make each model; an encrypting one of the file with its keys.
DRIVERS: Mapping[str, Callable[[Path], Model]] = MappingProxyType(
    {
        MsrPlain.driver: lambda _: MsrPlain(),
        IdtechMsr.driver: lambda state: IdtechMsr(KeyState(state)),
    }
)
CHIP = "pcsc_emv"  # in the slots of pcscd: hw_sim/store/chips.py
CHIP_NAME = "chip"
MOST_CHIP_READERS = 2  # vpcd has two slots
ENCRYPTING = frozenset({IdtechMsr.driver})
MOST_READERS = 8
_DEVICE_BYTES = 255


class NoReaderError(Exception):
    """No such reader or driver. The message is for whoever typed it."""


def names(drivers: Sequence[str]) -> dict[str, str]:
    """The driver of each reader, by the reader's name. Raises NoReaderError."""
    if not 1 <= len(drivers) <= MOST_READERS:
        raise NoReaderError(f"a store has 1 to {MOST_READERS} readers")
    found: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for driver in drivers:
        if driver not in DRIVERS and driver != CHIP:
            raise NoReaderError(f"no driver {driver}; there is {', '.join((*DRIVERS, CHIP))}")
        seen[driver] += 1
        name = CHIP_NAME if driver == CHIP else driver
        found[name if seen[driver] == 1 else f"{name}-{seen[driver]}"] = driver
    if seen[CHIP] > MOST_CHIP_READERS:
        raise NoReaderError(f"a store has at most {MOST_CHIP_READERS} chip readers")
    return found


class Rack:
    """Plugs in a reader for each of `names(drivers)` but chips. `devices` is its own folder: what lies there goes.

    `state_of` gives the file that a reader keeps its keys in, by its name; read for those of `ENCRYPTING` drivers.
    """

    def __init__(self, drivers: Sequence[str], devices: Path, state_of: Callable[[str], Path]) -> None:
        """Raises NoReaderError; nothing is plugged in then."""
        self._readers = {
            name: Reader(name, devices / name, _model(driver, state_of(name)))
            for name, driver in names(drivers).items()
            if driver != CHIP
        }
        for reader in self:
            if len(bytes(reader.device)) > _DEVICE_BYTES or not str(reader.device).isprintable():
                raise NoReaderError("the store's folder has too long or unprintable a name for a reader's device")
        for stale in devices.iterdir():
            stale.unlink()
        for reader in self:
            reader.plug()

    def __iter__(self) -> Iterator[Reader]:
        return iter(self._readers.values())

    def get(self, name: str | None) -> Reader:
        """The reader of that name, or the first one. Raises NoReaderError."""
        if not self._readers:
            raise NoReaderError("this store has chip readers only: `card DIR insert CARD`")
        if name is None:
            return next(iter(self))
        try:
            return self._readers[name]
        except KeyError:
            raise NoReaderError(f"no reader {name} in this store; there is {', '.join(self._readers)}") from None

    async def close(self) -> None:
        for reader in self:
            await reader.close()


def _model(driver: str, state: Path) -> Model:
    try:
        return DRIVERS[driver](state)
    except KeyStateError as error:
        raise NoReaderError(f"{state}: {error}") from None
