"""The processor's folder: which file is what, and the keys and till registrations read from it.

ca.pem server.pem server.key    mutual TLS      sealing.key sealing-key.pb    the sealing pair, its signed half
base.key                        the base derivation key of encrypting readers (hw_sim/key_room.py)
tills/<till>.json               registrations   ledger.db ledger.mark         the ledger, its count of commits
port      the port, kept for ever               address     127.0.0.1:PORT, there while the processor runs
control.sock  lock                              how it is controlled; that it runs once
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hw_sim import pki
from hw_sim.key_room import BASE_KEY
from pos_bridge.protocol import processor_v1_pb2 as pb

_TILL_NAME = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Till:
    """An enrolled till: the common name of its certificate, its merchant, and the key that signs its payments."""

    name: str
    merchant: str
    terminal: Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path

    @property
    def ledger(self) -> Path:
        return self.path / "ledger.db"

    @property
    def address(self) -> Path:
        return self.path / "address"

    @property
    def port(self) -> Path:
        return self.path / "port"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def sealing_pair(self) -> pki.SealingPair:
        return pki.sealing_pair(self.path / "sealing.key")

    def base_key(self) -> bytes:
        return self.read(BASE_KEY)

    def signed_sealing_key(self) -> pb.SealingKey:
        return pb.SealingKey.FromString(self.read("sealing-key.pb"))

    def is_revoked(self, serial: int, name: str) -> bool:
        """Whether the enrolment server took this certificate, or this till, back (hw_sim/enrolment/folder.py)."""
        try:
            lines = (self.path.parent / "enrolment" / "revoked").read_text().splitlines()
        except FileNotFoundError:
            return False
        return not {f"{serial:x}", name}.isdisjoint(lines)

    def till(self, name: str) -> Till | None:
        """The registration of a till, read anew each time so that enrolling needs no restart."""
        if not _TILL_NAME.fullmatch(name):
            return None
        try:
            text = self.read(f"tills/{name}.json")
        except FileNotFoundError:
            return None
        found = json.loads(text)
        return Till(name, found["merchant"], Ed25519PublicKey.from_public_bytes(bytes.fromhex(found["terminal_key"])))
