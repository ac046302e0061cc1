"""Whether bytecode is the source beside it, compiled: of what Python would run without looking at the source.

The hash in a bytecode's head says what it was made of, and nothing of what is in it. Nothing of it is run here.
"""

import marshal
import re
import warnings
from collections.abc import Callable
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from types import CodeType

_MAGIC, _FLAGS, _TOLD, _CODE = slice(0, 4), slice(4, 8), slice(8, 16), slice(16, None)  # PEP 552
_BY_HASH, _CHECKED = 1, 2
_OPTIMISED = re.compile(r"\.opt-([12])\.pyc\Z")
_LOW = 2**32 - 1


def fits(source: Path, content: bytes, listed: Callable[[Path], bool] = lambda _: False) -> bool:
    """`content`: the source's. True where Python would believe none of its bytecode. Raises OSError.

    `listed`: what came with the program, and is held against its own sum: another Python may have compiled it.
    """
    made = sorted(source.parent.glob(f"__pycache__/{source.stem}.*.pyc"))
    return all(_is_of(path, source, content) for path in made if not listed(path))


def _is_of(path: Path, source: Path, content: bytes) -> bool:
    raw = path.read_bytes()
    if raw[_MAGIC] != MAGIC_NUMBER:
        return True  # of another Python: not this one's to believe
    flags = int.from_bytes(raw[_FLAGS], "little")
    if flags & _BY_HASH:
        if raw[_TOLD] != source_hash(content):
            return bool(flags & _CHECKED)  # that Python makes anew
    elif raw[_TOLD] != _stamp(source, content):
        return True
    found = _OPTIMISED.search(path.name)
    return _same(raw[_CODE], content, int(found[1]) if found else 0)


def _stamp(source: Path, content: bytes) -> bytes:
    """What bytecode by time says of a source that it is believed for."""
    changed = int(source.stat().st_mtime) & _LOW
    return changed.to_bytes(4, "little") + (len(content) & _LOW).to_bytes(4, "little")


def _same(marshalled: bytes, content: bytes, optimised: int) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = compile(content, "", "exec", dont_inherit=True, optimize=optimised)
        found = marshal.loads(marshalled)  # noqa: S302 - read and compared, not run; its file is root's
    except (SyntaxError, ValueError, EOFError, TypeError, MemoryError, RecursionError):
        return False
    return isinstance(found, CodeType) and found == wanted
