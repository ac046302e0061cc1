"""Unix sockets in folders with long names: the kernel takes 108 bytes of path, so a socket is reached from its folder.

No socket is opened here; this only lends a short address.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def short_address(folder: Path, name: str) -> Iterator[str]:
    """An address for `folder/name`, good for bind and connect while the block runs. Raises OSError without a folder."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)
