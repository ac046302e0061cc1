"""A small disk for a program of a test: a file system of its own, or a limit on the size of files in its stead.

Used inside the program, which runs with mounts of its own where `own_mounts` gives a prefix for that.
"""

import resource
import signal
import subprocess
from pathlib import Path


class SmallDisk:
    """`how`: "tmpfs" mounts `megabytes` at `root`; anything else lets no file grow past `limit` bytes once filled."""

    def __init__(self, root: Path, how: str, megabytes: int, limit: int) -> None:
        self._root, self._is_mount, self._limit = root, how == "tmpfs", limit
        if self._is_mount:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(root)], check=True)
        else:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def fill(self) -> None:
        if not self._is_mount:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self._limit, resource.RLIM_INFINITY))
            return
        with (self._root / "rest").open("wb", buffering=0) as rest:
            try:
                while rest.write(bytes(4096)) == 4096:
                    pass
            except OSError:
                return

    def make_room(self) -> None:
        if self._is_mount:
            (self._root / "rest").unlink()
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def own_mounts() -> tuple[str, ...] | None:
    """A prefix that gives a command mounts of its own, where this machine allows it."""
    for prefix in (("unshare", "-m"), ("unshare", "-rm")):
        probe = (*prefix, "mount", "-t", "tmpfs", "none", "/mnt")
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return prefix
    return None
