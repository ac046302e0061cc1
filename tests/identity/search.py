"""Looking for a text in the files of a folder, in the encodings in which a text can lie there."""

import base64
from collections.abc import Iterator
from pathlib import Path

from hw_sim.residue import Search

PIECE = 7  # characters: a part counts as well


def encodings(text: str) -> dict[str, bytes]:
    raw = text.encode()
    ways = {
        "utf-8": raw,
        "upper": text.upper().encode(),
        "lower": text.lower().encode(),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "reversed": raw[::-1],
    }
    # What base64 makes of the bytes that do not share a group with their neighbours, at each of the three offsets.
    for offset in range(3):
        whole = base64.b64encode(bytes(offset) + raw)
        ways[f"base64-{offset}"] = whole[4 if offset else 0 : len(whole) // 4 * 4 - 4]
    return ways


def finds(folder: Path, *texts: str) -> Iterator[tuple[str, str]]:
    """(file, encoding) for each place. Numbers of 9 digits and more are also looked for as hw_sim.residue does."""
    numbers = tuple(text for text in texts if text.isdecimal())
    if numbers:
        yield from ((find.where, find.encoding) for find in Search(numbers).in_files(folder))
    needles = [
        (way, piece)
        for text in texts
        for start in range(max(len(text) - PIECE, 0) + 1)
        for way, piece in encodings(text[start : start + PIECE]).items()
        if len(piece) >= PIECE
    ]
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield from ((path.name, way) for way, piece in needles if piece in data)
