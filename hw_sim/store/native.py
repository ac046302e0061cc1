"""Where a store's engine serves native tills, and what such a till shows: made once, and told in store.json."""

from dataclasses import dataclass
from pathlib import Path

from hw_sim import pki
from hw_sim.disk import private_folder
from hw_sim.store import port
from hw_sim.store.layout import Layout

_CLIENT = "till-1"


@dataclass(frozen=True, slots=True)
class Native:
    """`socket` and `port` of the engine; `authority` of clients; `certificate` and `key` of this store's one client.

    `privacy_socket`: where the person in charge of personal information asks.
    """

    socket: Path
    privacy_socket: Path
    port: int
    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def of(cls, layout: Layout) -> "Native":
        """Make what is absent. Raises NoPortError."""
        made, clients = private_folder(layout.engine / "native"), private_folder(layout.folder / "till")
        privacy = private_folder(layout.engine / "privacy")
        authority = pki.authority(
            "pos-bridge simulated tills CA",
            ["pos-bridge.test"],
            layout.world / "offline" / "tills-ca.key",
            layout.engine / "native-clients.pem",
        )
        client = pki.Leaf(_CLIENT, pki.Usage.CLIENT, dns=[f"{_CLIENT}.pos-bridge.test"])
        native = cls(
            made / "till.sock",
            privacy / "rights.sock",
            port.choose(layout.world / "native-port"),
            layout.engine / "native-clients.pem",
            clients / "till.pem",
            clients / "till.key",
        )
        pki.issue(authority, client, native.key, native.certificate)
        return native

    def facts(self, layout: Layout) -> dict[str, str]:
        """For store.json."""
        return {
            "native_socket": str(self.socket),
            "privacy_socket": str(self.privacy_socket),
            "native_address": f"127.0.0.1:{self.port}",
            "native_ca": str(layout.ca),
            "native_certificate": str(self.certificate),
            "native_key": str(self.key),
        }
