"""The folders of a simulated store: DIR/engine is the till's disk, DIR/world is everybody else's.

Names only; nothing is made or read here.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """`folder` is DIR, absolute."""

    folder: Path

    @property
    def store_json(self) -> Path:
        return self.folder / "store.json"

    # ---- the till's disk ----

    @property
    def engine(self) -> Path:
        return self.folder / "engine"

    @property
    def config(self) -> Path:
        return self.engine / "pos-bridge.toml"

    @property
    def api_key(self) -> Path:
        return self.engine / "api.key"

    @property
    def passphrase(self) -> Path:
        return self.engine / "nexo.passphrase"

    @property
    def vault_key(self) -> Path:
        return self.engine / "vault.key"

    @property
    def terminal_data(self) -> Path:
        """What the card room knows of chips."""
        return self.engine / "emv.toml"

    @property
    def ca(self) -> Path:
        return self.engine / "store-ca.pem"

    @property
    def state(self) -> Path:
        return self.engine / "state"

    @property
    def journal(self) -> Path:
        return self.state / "journal"

    @property
    def vault(self) -> Path:
        return self.state / "vault.db"

    @property
    def log(self) -> Path:
        return self.engine / "log" / "pos-bridge.log"

    @property
    def engine_output(self) -> Path:
        """What the engine says on stdout and stderr, which is only why it could not start, or a crash."""
        return self.engine / "log" / "output"

    # ---- the processor's and the readers' ----

    @property
    def world(self) -> Path:
        return self.folder / "world"

    @property
    def processor(self) -> Path:
        return self.world / "processor"

    @property
    def devices(self) -> Path:
        return self.world / "dev"

    @property
    def paper(self) -> Path:
        """What the printer on the counter has printed."""
        return self.world / "paper.txt"

    @property
    def lock(self) -> Path:
        return self.world / "store.lock"

    @property
    def nexo_port(self) -> Path:
        return self.world / "nexo-port"

    @property
    def processor_output(self) -> Path:
        return self.world / "processor.output"
