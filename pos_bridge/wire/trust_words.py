"""The trust file: whose signature a sealing key must have, and the lowest epoch. Rooms and engine read it alike."""

from dataclasses import dataclass

MAX_FILE = 4096
_MOST_ROOTS = 2  # side by side while the processor changes over from one to the other
_ROOT_LENGTH = 32


@dataclass(frozen=True, slots=True)
class TrustWords:
    """`roots`: Ed25519 public keys of 32 bytes, one or two; `lowest_epoch` is that of either's keys."""

    roots: tuple[bytes, ...]
    lowest_epoch: int


def parse(raw: bytes) -> TrustWords:
    """`root <64 hex digits>`, once or twice, and `lowest-epoch <integer>`; blank lines and lines that begin with # are
    passed over. ValueError: anything else, longer than MAX_FILE, or a root that is there twice.
    """
    if len(raw) > MAX_FILE:
        raise ValueError("a trust file has few lines")
    found: dict[str, list[str]] = {"root": [], "lowest-epoch": []}
    for line in raw.decode("ascii").splitlines():
        if line.strip() and not line.startswith("#"):
            word, value = line.split()
            if word not in found:
                raise ValueError("a trust file says root and lowest-epoch")
            found[word].append(value)
    roots = tuple(map(bytes.fromhex, found["root"]))
    if not 1 <= len(roots) <= _MOST_ROOTS or len(set(roots)) < len(roots):
        raise ValueError("a trust file has one root, or two that are not the same")
    if any(len(root) != _ROOT_LENGTH for root in roots):
        raise ValueError("a root is an Ed25519 public key of 32 bytes")
    if len(found["lowest-epoch"]) != 1 or not found["lowest-epoch"][0].isdecimal():
        raise ValueError("a trust file has one lowest-epoch, a whole number")
    return TrustWords(roots, int(found["lowest-epoch"][0]))
