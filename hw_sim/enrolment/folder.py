"""The enrolment server's folder, WORLD/enrolment: written by commands, read by the server at each request.

server.key server.pem    its own TLS            tokens/<sha256 of the secret>.json    one-time tokens, gone once used
revoked                  a serial number a line (hexadecimal), or a till's whole name
issued                   what was issued, a line each: the serial number and the till
fault                    one word, and what goes with it: what it does wrong (hw_sim/enrolment/faults.py)
life                     seconds that the certificates it issues last
port address             the port, kept for ever; https://127.0.0.1:PORT, there while it runs
"""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from hw_sim import pki
from hw_sim.disk import private_folder, write_atomically
from hw_sim.enrolment.faults import Fault

DAY_S = 86_400
_LIFE_S = 397 * DAY_S


@dataclass(frozen=True, slots=True)
class Folder:
    world: Path

    @property
    def path(self) -> Path:
        return self.world / "enrolment"

    @property
    def address(self) -> Path:
        return self.path / "address"

    @property
    def port(self) -> Path:
        return self.path / "port"

    def authority(self) -> pki.Authority:
        """The processor's, which issues what tills show it."""
        offline, processor = private_folder(self.world / "offline"), private_folder(self.world / "processor")
        name = "pos-bridge simulated processor CA"
        return pki.authority(name, ["pos-bridge.test"], offline / "processor-ca.key", processor / "ca.pem")

    # ---- tokens ----

    def make_token(self, till: str, hours: float = 24) -> str:
        """A token for that till; what is kept of it is a hash."""
        secret = secrets.token_urlsafe(32)
        content = json.dumps({"till": till, "until": time.time() + hours * 3600}).encode()
        private_folder(self.path / "tokens")
        write_atomically(self._token(secret), content)
        return f"pbt1.{self.authority().certificate.fingerprint(hashes.SHA256()).hex()}.{secret}"

    def use_token(self, till: str, secret: str) -> bool:
        """Whether it was that till's and of this day. It is used up, once, whoever else asks at the same moment."""
        file = self._token(secret)
        try:
            told = json.loads(file.read_bytes())
            if told["till"] != till or told["until"] < time.time():
                return False
            file.unlink()
        except FileNotFoundError:
            return False
        return True

    def _token(self, secret: str) -> Path:
        return self.path / "tokens" / f"{hashlib.sha256(secret.encode()).hexdigest()}.json"

    # ---- what was issued, and taken back ----

    def note_issued(self, serial: int, till: str) -> None:
        self._add("issued", f"{serial:x} {till}")

    def issued(self) -> list[tuple[str, str]]:
        """(serial number, till), in order."""
        return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in self._lines("issued")]

    def revoke(self, what: str) -> None:
        """A serial number in hexadecimal, or a till."""
        self._add("revoked", what)

    def is_revoked(self, serial: int, till: str) -> bool:
        return not {f"{serial:x}", till}.isdisjoint(self._lines("revoked"))

    def _add(self, name: str, line: str) -> None:
        with (self.path / name).open("a") as file:
            file.write(f"{line}\n")

    def _lines(self, name: str) -> list[str]:
        try:
            return (self.path / name).read_text().splitlines()
        except FileNotFoundError:
            return []

    # ---- how it behaves ----

    def set_fault(self, fault: Fault) -> None:
        write_atomically(self.path / "fault", f"{fault.value}\n".encode())

    def fault(self) -> Fault:
        return Fault(next(iter(self._lines("fault")), Fault.NONE.value))

    def set_life(self, seconds: int) -> None:
        write_atomically(self.path / "life", b"%d\n" % seconds)

    def life_s(self) -> int:
        return int(next(iter(self._lines("life")), str(_LIFE_S)))
