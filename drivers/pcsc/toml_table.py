"""Tables of the terminal's configuration (TOML), taken key by key: a wrong one is named, its value never shown."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

_T = TypeVar("_T")


class TerminalDataError(Exception):
    """A terminal configuration that cannot be used. The sentence says which key, and what it should be."""


class Table:
    """One table whose keys are taken one by one, so that what is left over is unknown."""

    def __init__(self, name: str, values: Mapping[str, object]) -> None:
        self.name = name
        self._left = dict(values)

    def fault(self, key: str, should: str) -> TerminalDataError:
        return TerminalDataError(f"{self.name}{key}: {should}")

    def end(self) -> None:
        for key in self._left:
            raise self.fault(key, "there is no such key")

    def take(self, key: str, kind: type[_T], should: str, default: _T | None = None) -> _T:
        value = self._left.pop(key, default)
        if type(value) is not kind:
            raise self.fault(key, should)
        return value

    def table(self, key: str) -> "Table":
        return Table(f"{self.name}{key}.", self.take(key, dict, "this table is needed"))

    def tables(self, key: str) -> "Iterable[Table]":
        entries = self.take(key, list, f"these are tables: [[{key}]]", [])
        for number, entry in enumerate(entries, 1):
            if not isinstance(entry, dict):
                raise self.fault(key, f"these are tables: [[{key}]]")
            yield Table(f"{key} {number}, ", entry)

    def raw(self, key: str, lengths: Iterable[int], default: str | None = None) -> bytes:
        allowed = tuple(lengths)
        most, least = max(allowed), min(allowed)
        digits = f"{2 * least} to {2 * most}" if most > least else f"{2 * most}"
        should = f"{digits} hexadecimal digits, two a byte"
        try:
            value = bytes.fromhex(self.take(key, str, should, default))
        except ValueError:
            raise self.fault(key, should) from None
        if len(value) not in allowed:
            raise self.fault(key, should)
        return value

    def digits(self, key: str, length: int) -> str:
        value = self.take(key, str, f"{length} decimal digits in quotes")
        if len(value) != length or not (value.isascii() and value.isdigit()):
            raise self.fault(key, f"{length} decimal digits in quotes")
        return value

    def words(self, key: str, allowed: tuple[str, ...]) -> frozenset[str]:
        should = f"a list of {', '.join(allowed)}"
        value = self.take(key, list, should)
        if not all(word in allowed for word in value):
            raise self.fault(key, should)
        return frozenset(value)

    def characters(self, key: str, most: int, *, exactly: bool) -> bytes:
        should = f"{'' if exactly else 'at most '}{most} printable ASCII characters"
        value = self.take(key, str, should)
        if not (value.isascii() and value.isprintable()) or (len(value) != most if exactly else len(value) > most):
            raise self.fault(key, should)
        return value.encode()
