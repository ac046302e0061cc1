"""What the engine lets go of is overwritten at once: the memory allocator is told so before the program begins.

A till's request can hold what nobody chose to give. Python and the libraries under it copy it a dozen times, and a
copy that was freed stays readable until something else happens to be put there. glibc overwrites what is freed when it
is asked to, by its environment, so the engine starts itself once more under one that asks. Nothing here is secret.
"""

import os
import sys

_PYTHON = {"PYTHONMALLOC": "malloc"}  # Python's own allocator overwrites nothing: its objects go to glibc's, too
_TUNABLES = "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"  # its cache of small blocks is not overwritten
_SIZES = (64, 600, 5_000)  # one that Python's allocator would take, one that a thread's cache would, and a larger one
_MARK = b"\x3c"
_KEPT = 8  # glibc leaves a block's last eight bytes alone: they belong to the next block's head


def overwrites() -> bool:
    """Whether freed memory is overwritten here. Looks at what three freed objects left, so no version is trusted."""
    try:
        memory = os.open("/proc/self/mem", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return all(_left(memory, size) <= _KEPT for size in _SIZES)
    finally:
        os.close(memory)


def begin_again() -> None:
    """Become this program anew under an allocator that overwrites. Returns where it does already, or never will."""
    if overwrites() or not sys.executable:
        return
    asked = os.environ.get("GLIBC_TUNABLES", "")
    if asked.endswith(_TUNABLES):
        return  # this is the second start: another C library, or an interpreter that ignores its environment
    tunables = f"{asked}:{_TUNABLES}" if asked else _TUNABLES
    os.execve(  # noqa: S606 - this very program, without a shell
        sys.executable,
        [sys.executable, *sys.orig_argv[1:]],
        {**os.environ, **_PYTHON, "GLIBC_TUNABLES": tunables},
    )


def _left(memory: int, size: int) -> int:
    """How many bytes of an object of `size` are still there once it was freed."""
    seen = bytearray(size)
    into = [seen]
    plant = _MARK * size
    address = id(plant) + bytes.__basicsize__ - 1  # CPython: where it is, and after its head (which counts the final 0)
    del plant
    try:
        os.preadv(memory, into, address)
    except OSError:
        return 0  # the page is gone, and all that was in it
    return seen.count(_MARK)
