"""The one page that ever holds clear card data: locked, out of cores, and secret where the kernel can."""

import ctypes
import mmap
import os

from pos_bridge.card.kernel import lock_memory, syscall
from pos_bridge.wire.locks import Lock

_DONTDUMP, _WIPEONFORK = 16, 18  # madvise


class CardPage:
    """A page of zeroes. `memory` is all of it; `locks` says how it is kept. Raises OSError when it cannot be locked."""

    def __init__(self) -> None:
        secret = _secret_page()
        self.locks = Lock.PAGE_LOCKED | (Lock.PAGE_SECRET if secret else Lock(0))
        self._map = secret or _locked_page()
        self.memory = memoryview(self._map)
        self.wipe()

    def wipe(self) -> None:
        self.memory[:] = bytes(len(self.memory))


def _secret_page() -> mmap.mmap | None:
    """memfd_secret: taken out of the kernel's own map of memory, so that even root reads nothing; never swapped.

    Debian 12's kernel has it only when started with secretmem.enable=1.
    """
    try:
        descriptor = syscall("memfd_secret", os.O_CLOEXEC)
    except OSError:
        return None
    try:
        os.ftruncate(descriptor, mmap.PAGESIZE)
        page = mmap.mmap(descriptor, mmap.PAGESIZE)
        page[:] = bytes(mmap.PAGESIZE)  # fault it in: its memory counts against a limit
    except (OSError, ValueError):
        return None
    finally:
        os.close(descriptor)
    return page


def _locked_page() -> mmap.mmap:
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    lock_memory(ctypes.addressof(ctypes.c_char.from_buffer(page)), mmap.PAGESIZE)
    page.madvise(_DONTDUMP)
    page.madvise(_WIPEONFORK)
    return page
