"""A simulated store whose engine can die at any operation of its disk, and the disk lose what was not synced."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from hw_sim.running import RunningStore, running_store
from hw_sim.store import control
from hw_sim.store.layout import Layout
from tests.power import recorded_store
from tests.power.cuts import lay, taken
from tests.power.disk import Disk
from tests.power.recorder import Recorder, recording
from tests.power.tape import Operation

_PROGRAM = (sys.executable, "-P", os.fspath(Path(recorded_store.__file__)))


class Mains:
    """The power of one store's engine. Between two uses the engine may be killed and started as often as one likes."""

    def __init__(self, store: RunningStore, recorder: Recorder) -> None:
        self._store = store
        self._recorder = recorder
        self._state = Layout(store.folder).state
        control.kill_engine(store.folder)
        self._recorder.tape.clear()
        self._disk = Disk(taken(self._state))
        control.restart_engine(store.folder)

    @property
    def tape(self) -> list[Operation]:
        """What the engine did to its disk since the power was last lost, up to now."""
        return list(self._recorder.tape)

    def cut_before(self, when: Callable[[Operation], bool]) -> None:
        """Kill the engine in place of the first operation of which this is true."""
        self._recorder.stopped.clear()
        self._recorder.stop_before = when

    @property
    def is_cut(self) -> bool:
        return self._recorder.stopped.is_set()

    def leave_on(self) -> None:
        """Nothing is to be cut any more."""
        self._recorder.stop_before = None
        self._recorder.stopped.clear()

    def lose(self, chance: Random) -> None:
        """The engine is dead: so is the disk's cache. What it kept is laid in the state's place."""
        self._play()
        image = self._disk.torn(chance)
        shutil.rmtree(self._state)
        lay(image, self._state).chmod(0o700)
        self._disk = Disk(image)

    def _play(self) -> None:
        """Plays what was recorded; nothing of it is kept."""
        tape, self._recorder.tape = self._recorder.tape, []
        for operation in tape:
            self._disk.play(operation)


@contextmanager
def store_with_mains(folder: Path, *options: str, engine: str = "shipped") -> Iterator[tuple[RunningStore, Mains]]:
    """`engine`: the path of a program that stands in for the one that is shipped."""
    with recording(Layout(folder).state) as recorder:
        program = (*_PROGRAM, recorder.name, engine)
        with running_store(folder, *options, program=program) as store:
            yield store, Mains(store, recorder)
