"""An upgrade at work on a till, while something else goes on there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.package.till import Till, commands


class Upgrade:
    """The manual's step at work on a thread of its own; what it has said so far stands in a file of the machine."""

    def __init__(self, till: Till, package: str) -> None:
        self._log = till.machine.root / "root/upgrade.log"
        for older in till.machine.root.glob("root/*.deb"):
            if older.name != package:
                older.unlink()
        words = ("sh", "-euc", f"cd /root; exec > upgrade.log 2>&1\n{commands()[8]}")
        self._thread = threading.Thread(target=lambda: till.machine.run(*words))
        self._thread.start()

    def told(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def end(self) -> None:
        self._thread.join()
        assert "Setting up pos-bridge" in self.told(), self.told()


@contextmanager
def upgrading(till: Till, package: str) -> Iterator[Upgrade]:
    upgrade = Upgrade(till, package)
    try:
        yield upgrade
    finally:
        upgrade.end()
