"""The real simulated processor in a folder of its own, and a till's client against it over mutual TLS."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hw_sim.world import SERVER_NAME, enrol, processor_folder
from pos_bridge.domain.authorisation import Ask, AskRefund, PresentCard, Yes
from pos_bridge.domain.card import Brand, CardFacts, EntryMode, SealedByRoom, SealedCard
from pos_bridge.domain.ledger import JournalHead, JournalUnwritableError
from pos_bridge.domain.leg import Flow
from pos_bridge.domain.leg_key import LegKey
from pos_bridge.domain.money import Amount
from pos_bridge.domain.sealing_key import SealingKey
from pos_bridge.log.log import Event
from pos_bridge.processor.channel import Credentials
from pos_bridge.processor.client import ProcessorClient, ProcessorSettings
from pos_bridge.processor.terminal import Terminal

POIID = "P400-123456789"
VISA, INTERAC = "4921817844445119", "4506445006931933"
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class Chain:
    """A journal's chain as the client sees it."""

    def __init__(self) -> None:
        self.rows = {0: bytes(32)}
        self.epochs: list[bytes] = []  # each that was stored, in order
        self.refused: list[JournalHead] = []
        self.unwritable = False

    def append(self) -> None:
        self.rows[len(self.rows)] = os.urandom(32)

    def copy(self) -> "Chain":
        """As from a backup, or a cloned disk."""
        other = Chain()
        other.rows, other.epochs = dict(self.rows), list(self.epochs)
        return other

    def head(self) -> JournalHead:
        newest = max(self.rows)
        return JournalHead(newest, self.rows[newest])

    async def holds(self, sequence: int, row_hash: bytes) -> bool | None:
        return self.rows.get(sequence) == row_hash

    def ledger_epoch(self) -> bytes | None:
        return self.epochs[-1] if self.epochs else None

    async def change_ledger_epoch(self, digest: bytes) -> None:
        self._write()
        self.epochs.append(digest)

    async def note_refused_head(self, head: JournalHead) -> None:
        self._write()
        self.refused.append(head)

    def is_refused(self) -> bool:
        return bool(self.refused)

    def _write(self) -> None:
        if self.unwritable:
            raise JournalUnwritableError


class Log:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


class Processor:
    """One simulated processor, its folder and the enrolled till's files."""

    def __init__(self, folder: Path) -> None:
        self.folder = processor_folder(folder / "world")
        self.till = folder / "engine"
        enrol(folder / "world", self.till, POIID)
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "hw_sim.processor", str(self.folder)])
        while not (self.folder / "address").exists():
            assert self.process.poll() is None, "the processor did not start"
            time.sleep(0.02)
        self.address = (self.folder / "address").read_text().strip()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def settings(self, **changed: object) -> ProcessorSettings:
        files = {"ca": "processor-ca.pem", "certificate": "till.pem", "key": "till.key"}
        pem = {name: changed.get(name) or (self.till / file).read_bytes() for name, file in files.items()}
        name = str(changed.get("server_name", SERVER_NAME))
        address = str(changed.get("address", self.address))
        return ProcessorSettings(address, name, Credentials(**pem), float(str(changed.get("timeout", 2.0))))  # type: ignore[arg-type] # bytes, all

    @property
    def terminal(self) -> Terminal:
        key = load_pem_private_key((self.till / "terminal.key").read_bytes(), None)
        return Terminal(key)  # type: ignore[arg-type] # it is an Ed25519 key


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Processor]:
    processor = Processor(folder)
    try:
        yield processor
    finally:
        processor.stop()


@contextlib.asynccontextmanager
async def client(processor: Processor, chain: Chain, log: Log, **changed: object) -> AsyncIterator[ProcessorClient]:
    made = ProcessorClient(processor.settings(**changed), chain, log)
    try:
        yield made
    finally:
        await made.close()


def seal(number: str, key: SealingKey, leg: LegKey, amount: Amount) -> SealedByRoom:
    """What a card room would have sealed: processor_v1.proto, RoomSealed."""
    track = f"{number}=4912101".encode()
    clear = bytes((2, EntryMode.MAGSTRIPE.value, 2, 0, len(track))) + track
    public = hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(key.public_key[:1184]),
        x25519.X25519PublicKey.from_public_bytes(key.public_key[1184:]),
    )
    info = key.info(leg.raw, amount.cents, amount.currency.value)
    return SealedByRoom(key.key_id, SUITE.encrypt(clear.ljust(512, b"\0"), public, info=info))


def ask(processor: Processor, till: ProcessorClient, number: str, cents: int = 12_34, **changed: object) -> Ask:
    leg, amount = LegKey.fresh(), Amount(cents)
    payment = seal(number, till.sealing_key(), leg, amount)
    card = SealedCard(CardFacts(Brand.VISA, int(number[-4:]), EntryMode.MAGSTRIPE), payment)
    salt, digest = os.urandom(16), os.urandom(32)
    not_after = int(str(changed.get("not_after_ms", till.not_after_ms(45))))
    binding = processor.terminal.bind(leg, amount, payment, salt, digest)
    partial_ok = bool(changed.get("partial_ok"))
    flow = Flow.ONE_MESSAGE if number == INTERAC else Flow.TWO_MESSAGES
    return Ask(leg, amount, partial_ok, flow, card, not_after, salt, digest, binding)


async def sold(processor: Processor, till: ProcessorClient, number: str = VISA, cents: int = 12_34) -> LegKey:
    """A sale that is captured."""
    sale = ask(processor, till, number, cents)
    assert isinstance(await till.authorise(sale), Yes)
    if sale.flow is Flow.TWO_MESSAGES:
        assert await till.capture(sale.key, sale.amount) is True
    return sale.key


def ask_refund(
    processor: Processor,
    till: ProcessorClient,
    sale: LegKey,
    cents: int,
    *,
    number: str | None = None,
    within_s: int = 600,
) -> AskRefund:
    """`number`: of the card that is present."""
    leg, amount, present = LegKey.fresh(), Amount(cents), None
    if number is not None:
        payment, salt, digest = seal(number, till.sealing_key(), leg, amount), os.urandom(16), os.urandom(32)
        card = SealedCard(CardFacts(Brand.INTERAC, int(number[-4:]), EntryMode.MAGSTRIPE), payment)
        present = PresentCard(card, salt, digest, processor.terminal.bind(leg, amount, payment, salt, digest))
    return AskRefund(leg, sale, amount, till.not_after_ms(within_s), present)
