"""A reader of the Prometheus text format 0.0.4, written from its description, with the rules that promtool checks."""

import re
from dataclasses import dataclass, field

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
_ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


@dataclass(slots=True)
class Read:
    said: str
    kind: str = ""
    samples: dict[frozenset[tuple[str, str]], float] = field(default_factory=dict)


def read(text: str) -> dict[str, Read]:
    """Each family by its name. AssertionError for what is not of the format."""
    found: dict[str, Read] = {}
    last = ""
    assert text == "" or text.endswith("\n")
    for line in text.split("\n")[:-1]:
        if line.startswith("# HELP "):
            _, _, last, *said = line.split(" ", 3)
            assert re.fullmatch(_NAME, last)
            assert last not in found, "lines of a family stand together"
            found[last] = Read(_plain("".join(said), {r"\\", r"\n"}))
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == last
            assert not found[name].kind
            assert not found[name].samples, "TYPE stands before the first sample"
            assert kind in {"counter", "gauge"}
            assert (kind == "counter") is name.endswith("_total")
            found[name].kind = kind
        else:
            _sample(line, found[last], last)
    assert all(family.kind and family.samples for family in found.values())
    return found


def _sample(line: str, family: Read, name: str) -> None:
    whole = _SAMPLE.fullmatch(line)
    assert whole is not None, line
    assert whole[1] == name
    labels = frozenset(_labels(whole[2] or ""))
    assert labels not in family.samples
    family.samples[labels] = float(whole[3])


def _labels(text: str) -> list[tuple[str, str]]:
    labels: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        found = _LABEL.match(text, place)
        assert found is not None, text
        labels.append((found[1], _plain(found[2], set(_ESCAPES))))
        place = found.end()
    assert len({name for name, _ in labels}) == len(labels)
    return labels


def _plain(text: str, escapes: set[str]) -> str:
    def one(found: re.Match[str]) -> str:
        assert found[0] in escapes
        return _ESCAPES[found[0]]

    return re.sub(r"\\.", one, text, flags=re.DOTALL)
