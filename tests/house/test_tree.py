"""The house keeps its own rules: small rooms, nothing unfinished, nothing of one machine, only published test cards."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 400
USUAL_LINES = 300

GENERATED = re.compile(r"_pb2(_grpc)?\.pyi?$")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    """Every file written by hand, with its text."""
    here = Path(__file__)
    written = (path for path in tracked() if path != here and not GENERATED.search(path.name))
    return [(path, path.read_text(encoding="utf-8")) for path in written]


def test_rooms_are_small():
    lengths = {path.relative_to(ROOT): len(text.splitlines()) for path, text in texts() if path.suffix == ".py"}
    assert {path: n for path, n in lengths.items() if n > MOST_LINES and "tests" not in path.parts} == {}
    crowded = [path for path, n in lengths.items() if n > USUAL_LINES and "tests" not in path.parts]
    assert len(crowded) <= len(lengths) // 20, f"too many crowded rooms: {crowded}"


@pytest.mark.parametrize(
    "mark",
    ["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error", "pytest.mark.sk" + "ip", "pytest.sk" + "ip("],
)
def test_nothing_is_unfinished_or_skipped(mark):
    assert [str(path) for path, text in texts() if path.suffix in {".py", ".md", ".proto"} and mark in text] == []


@pytest.mark.parametrize(
    "path", [r"/(?:work|farm)/[a-z.]", r"/root/[a-z.]", r"/home/[a-z]", r"\bp" + r"ypi\.org", r"deb\.deb" + r"ian\.org"]
)
def test_nothing_belongs_to_one_machine(path):
    assert [str(file) for file, text in texts() if re.search(path, text)] == []


def luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0


def test_only_published_card_numbers_stand_in_the_tree():
    from hw_sim.cards import CARDS

    published = {card.number for card in CARDS.values()} | {"4111111111111111", "4012888888881881"}
    found = set()
    for path, text in texts():
        if path.suffix in {".py", ".md", ".toml", ".proto"}:
            found |= {n for n in re.findall(r"(?<![0-9A-Fa-f])[3-6]\d{14,15}(?![0-9A-Fa-f])", text) if luhn(n)}
    assert found - published == set()


def test_each_package_says_what_it_is():
    silent = [
        str(path.relative_to(ROOT))
        for path, text in texts()
        if path.name == "__init__.py" and not text.startswith('"""')
    ]
    assert silent == []


def test_lint_exclusions_carry_their_reason():
    bare = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path, text in texts()
        if path.suffix == ".py"
        for line in text.splitlines()
        if re.search(r"# noqa(?!: [A-Z0-9, ]+ - \w)|# type: ignore(?!\[[a-z, -]+\] +# \w)", line)
    ]
    assert bare == []
