"""Records what programs do to one folder, at the kernel's own door, and can stop one there.

A program started by `command` is held at each call that changes a disk until it is written down here. `stop_before` is
asked first: if it says so, the program is killed and the call never happens.
"""

import contextlib
import fcntl
import os
import secrets
import select
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.power import calls, start
from tests.power.announced import Announced
from tests.power.tape import Operation

_RECEIVE, _SEND = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_RECV, _SEND
_NOTICE = struct.Struct("=QIIiIQ6Q")  # struct seccomp_notif
_ANSWER = struct.Struct("=QqiI")  # struct seccomp_notif_resp
_GO_ON = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE


def recorded(name: str, program: Sequence[str]) -> tuple[str, ...]:
    """How to start a program so that the recorder of that name records it; it begins with an absolute path."""
    return (sys.executable, "-P", os.fspath(start.__file__), name, *program)


Stop = Callable[[Operation], bool]


class Recorder:
    """`tape` grows while programs run. `stop_before` is asked about each operation before it happens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._watched = os.path.realpath(folder)
        self.tape: list[Operation] = []
        self.stop_before: Stop | None = None
        self.stopped = threading.Event()
        self.faults: list[BaseException] = []
        self.name = f"pos-bridge-test-{secrets.token_hex(16)}"
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._door.bind(f"\0{self.name}")
        self._door.listen()
        self._wake, self._end = os.pipe2(os.O_CLOEXEC)
        self._listeners: set[int] = set()
        self._dead: set[int] = set()  # killed: what its other threads still ask for does not happen
        self._thread = threading.Thread(target=self._run, name="recorder")
        self._thread.start()

    def command(self, *program: str) -> tuple[str, ...]:
        """How to start a program so that it is recorded. `program` begins with an absolute path."""
        return recorded(self.name, program)

    def close(self) -> None:
        """Every program must have ended. Raises what went wrong while recording."""
        os.close(self._end)
        self._thread.join()
        os.close(self._wake)
        self._door.close()
        if self.faults:
            raise self.faults[0]

    # ---- the kernel's announcements ----

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._door, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        try:
            while True:
                for descriptor, event in poll.poll():
                    if descriptor == self._wake:
                        return
                    if descriptor == self._door.fileno():
                        listener = self._take()
                        poll.register(listener, select.POLLIN)
                    elif event & select.POLLIN:
                        self._hear(descriptor)
                    else:  # nobody is left under that filter
                        poll.unregister(descriptor)
                        self._listeners.discard(descriptor)
                        os.close(descriptor)
        except BaseException as error:  # noqa: BLE001 - the test's to raise, in close()
            self.faults.append(error)
        finally:
            for listener in self._listeners:
                os.close(listener)

    def _take(self) -> int:
        connection, _ = self._door.accept()
        with connection:
            _, (listener,), _, _ = socket.recv_fds(connection, 64, 1)
            self._listeners.add(listener)
            connection.send(b"+")
        return listener

    def _hear(self, listener: int) -> None:
        notice = bytearray(_NOTICE.size)
        try:
            fcntl.ioctl(listener, _RECEIVE, notice)
        except OSError:  # it was killed while it waited
            return
        identity, thread, _, number, _, _, *arguments = _NOTICE.unpack(notice)
        call = Announced(self._watched, thread, calls.NAMES[number], arguments)
        try:
            process = call.process
        except (FileNotFoundError, ProcessLookupError):  # it was killed while its call was read
            return
        for operation in call.operations():
            if process in self._dead:
                return
            if self.stop_before is not None and self.stop_before(operation):
                self.stop_before = None
                self._dead.add(process)
                with contextlib.suppress(ProcessLookupError):  # somebody else was first
                    os.kill(process, signal.SIGKILL)
                self.stopped.set()
                return
            self.tape.append(operation)
        with contextlib.suppress(OSError):  # it was killed meanwhile
            fcntl.ioctl(listener, _SEND, _ANSWER.pack(identity, 0, 0, _GO_ON))


@contextmanager
def recording(folder: Path) -> Iterator[Recorder]:
    recorder = Recorder(folder)
    try:
        yield recorder
    finally:
        recorder.close()
