"""What a backup is: its parts with their hashes, how far the journal goes, and the till's signature. Of no person.

A text: one JSON object, then a line `signature` with 128 hexadecimal digits, Ed25519 by the till's signing key over a
label and all bytes before that line.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta

_LABEL = b"pos-bridge backup manifest v1\0"
_MARK = b"\nsignature "
_SIGNATURE = re.compile(rb"[0-9a-f]{128}\n")
_TIME = "%Y-%m-%dT%H:%M:%SZ"

_Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Meta(ge=0)]
_File = Annotated[str, Meta(pattern=r"^till-[0-9]{3}-[0-9]{8}T[0-9]{6}Z\.(journal|vault|secret)\.age$")]


class Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part as it lies in the folder: encrypted."""

    file: _File
    size: _Count
    sha256: _Digest


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many rows a chain has, and the hash of the last: it names all of them."""

    count: _Count
    hash: _Digest


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`program`: the version that made it. `made`: in UTC. `signer`: the public key of `till.signing_key`.

    `chain` is the journal's head; `months` and `set_aside` count its files. `vault` and `secret` are there, together,
    where the till keeps people.
    """

    program: Annotated[str, Meta(max_length=64)]
    till: Annotated[int, Meta(ge=1, le=999)]
    made: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    signer: _Digest
    journal: Stored
    chain: Head
    months: _Count
    set_aside: _Count
    erasures: Head
    audit: Head
    vault: Stored | None = None
    secret: Stored | None = None
    format: Literal["pos-bridge backup 1"] = "pos-bridge backup 1"

    @property
    def time(self) -> datetime:
        return time_of(self.made)


def told(moment: datetime) -> str:
    """A moment, in UTC, to the second."""
    return moment.astimezone(UTC).strftime(_TIME)


def time_of(text: str) -> datetime:
    """Raises ValueError."""
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)


def public_of(key: Ed25519PrivateKey) -> str:
    """The public key, as 64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def signed(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    body = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    return body + _MARK + key.sign(_LABEL + body).hex().encode() + b"\n"


def parse(raw: bytes) -> Manifest:
    """What it says of itself, if it is signed by whom it names. Raises ValueError, without the data, if it is not."""
    body, _, signature = raw.rpartition(_MARK)
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
        time_of(manifest.made)
        whole = _SIGNATURE.fullmatch(signature) is not None and (manifest.vault is None) == (manifest.secret is None)
        by = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest.signer))
        by.verify(bytes.fromhex(signature.decode("ascii")), _LABEL + body)
    except (ValueError, InvalidSignature):  # msgspec's, of text and of hexadecimal digits are ValueErrors
        whole = False
        manifest = None
    if not whole or manifest is None:
        raise ValueError("no manifest, or not as it was signed")
    return manifest
