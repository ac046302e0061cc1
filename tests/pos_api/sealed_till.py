"""A till in encrypted mode, and the keys of a few."""

import json
from typing import Any

from hw_sim.sealing import Sealing
from pos_bridge.wire.nexo.secured import MessageKey
from tests.pos_api.world import Store
from tests.wire.nexo.shapes import encode

OLD, NEW, OTHER = (
    ("caisse", 1, "p@ssw0rd123456"),
    ("caisse", 2, "another passphrase"),
    ("bureau", 1, "a third passphrase"),
)
KEYS = tuple(MessageKey.derive(name, version, words.encode()) for name, version, words in (OLD, NEW, OTHER))


class Sealed:
    """A till in encrypted mode: without an API key, and with what its passphrase makes."""

    def __init__(self, store: Store, name: str, version: int, passphrase: str) -> None:
        self.store = store
        self.sealing = Sealing(passphrase, name, version)

    def sealed(self, message: Any, outer: dict[str, Any] | None = None) -> bytes:
        told = message["SaleToPOIRequest"]["MessageHeader"]
        return self.sealing.sealed(encode(message), outer or told, "SaleToPOIRequest")

    def post(self, raw: bytes, path: str = "/nexo") -> tuple[int, bytes]:
        return self.store.post(raw, path, **{"X-API-Key": ""})

    def opened(self, answer: tuple[int, bytes]) -> dict[str, Any]:
        """The clear envelope of an answer."""
        code, raw = answer
        assert code == 200, raw
        outer = json.loads(raw)
        assert list(outer) == ["SaleToPOIResponse"]
        clear: dict[str, Any] = json.loads(self.sealing.opened(outer["SaleToPOIResponse"]))
        (inner,) = clear.values()
        assert outer["SaleToPOIResponse"]["MessageHeader"] == inner["MessageHeader"]
        return clear

    def ask(self, message: Any, path: str = "/nexo") -> dict[str, Any]:
        envelope = self.opened(self.post(self.sealed(message), path))["SaleToPOIResponse"]
        (name,) = set(envelope) - {"MessageHeader"}
        body: dict[str, Any] = envelope[name]
        return body
