"""A store whose customers choose: what they gave, what is known of it, and where it may not stand."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hw_sim.reply import Reply
from hw_sim.running import RunningStore
from hw_sim.store.layout import Layout
from pos_bridge.domain.identity import ChoiceKind
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.identity import file, report
from pos_bridge.identity.vault_file import VaultFile
from tests.surfaces.book import until

MEMBER, ORDER = "CH-77-2918-4455", "WEB/2026.11-774421"


KINDS = {"chouchous": ChoiceKind.CHOUCHOUS, "delivery": ChoiceKind.HOME_DELIVERY}


ABOUT = {
    "": "About you: nothing.",
    "chouchous": "About you: your Chouchous number, because you asked.",
    "delivery": "About you: your order number, for home delivery, because you asked.",
    "chouchous,delivery": (
        "About you: your Chouchous number, and your order number for home delivery, because you asked."
    ),
}


DROPPED = {"SaleData": {"SaleToAcquirerData": "shopperReference=CH-77-2918-4455"}}


class Shop:
    """A store, its till, and what its vault says."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self.till = store.till()
        self.layout = Layout(store.folder)
        self.vault = self.layout.state / "vault.db"

    def pay(self, card: str | None = None, amount: str = "12.30", **options: Any) -> Reply:
        """In cash, or with a card."""
        if card is None:
            return self.till.pay(amount, cash=True, **options)
        with self.store.customer(card):
            return self.till.pay(amount, **options)

    def again(self, service: str) -> Reply:
        """What the till is told when it asks for the state of that payment."""
        told = self.till.status(service)
        body = told.body["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]
        return Reply(told.status, {"SaleToPOIResponse": {"MessageHeader": told.header, **body}})

    def known(self, answer: Reply) -> frozenset[ChoiceKind]:
        return report.known(self.vault, self.layout.vault_key.read_bytes(), key_of(answer))

    def explained(self, answer: Reply) -> "subprocess.CompletedProcess[str]":
        words = ["explain", str(key_of(answer)), "--lang", "en", "--config", str(self.layout.config)]
        return subprocess.run([sys.executable, "-m", "pos_bridge", *words], capture_output=True, text=True, check=False)

    def held(self) -> tuple[LegKey, ...]:
        """What the vault holds without knowing yet how its leg ends."""
        if not self.vault.exists():
            return ()
        with file.reading(self.vault, self.layout.vault_key.read_bytes()) as rows:
            return rows.held()

    @contextmanager
    def stopped_vault(self) -> Iterator[VaultFile]:
        """The vault's file, opened as the engine opens it."""
        with closing(VaultFile(self.vault, self.layout.vault_key.read_bytes())) as vault:
            yield vault

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.layout.log.read_text().splitlines()]

    def kill(self) -> None:
        self.store.do("engine", "kill")

    def restart(self) -> None:
        self.store.do("engine", "restart")

    def in_session(self) -> None:
        """Wait until the engine knows the processor: a fault that begins now is one of a payment, not of the line."""
        until(lambda: self.till.diagnosis().additional["processor"] == "ok")

    def mode(self, *words: str) -> None:
        self.store.do("processor", *words)


def key_of(answer: Reply) -> LegKey:
    return LegKey.parse(answer.body["POIData"]["POITransactionID"]["TransactionID"])


def kinds(word: str) -> frozenset[ChoiceKind]:
    return frozenset(KINDS[part] for part in word.split(",") if part)


def leaks(folder: Path) -> list[str]:
    """Files in which the member number or the order id can be read: on the till's disk, the processor's, all of it."""
    forms = [form for text in (MEMBER, ORDER) for form in encodings(text)]
    return [str(path) for path in folder.rglob("*") if path.is_file() and any(f in path.read_bytes() for f in forms)]


def encodings(text: str) -> list[bytes]:
    raw = text.encode()
    digits = "".join(filter(str.isdigit, text)).encode()
    shifted = [base64.b64encode(bytes(shift) + raw)[4:-4] for shift in range(3)]
    return [raw, raw[::-1], text.encode("utf-16-le"), text.encode("utf-16-be"), raw.hex().encode(), digits, *shifted]
