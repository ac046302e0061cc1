"""A till that renews its certificate: its place on disk, its engine's part that looks, and a whole round of that."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from hw_sim.enrolment.folder import Folder
from pos_bridge.config import credentials
from pos_bridge.config.devices import Address
from pos_bridge.config.file import load
from pos_bridge.config.settings import Config
from pos_bridge.ops.enrol import enrol
from pos_bridge.ops.renewal import Renewal
from pos_bridge.ops.token import Token
from pos_bridge.pair import Pair
from pos_bridge.processor.client import ProcessorClient
from pos_bridge.storage import disk
from tests.config.documents import DOCUMENT, OPEN, SECRETS
from tests.processor.world import POIID, Chain, Log, Processor, client


class Till:
    """A till that got its pair by a token, and its place on disk."""

    def __init__(self, folder: Path, processor: Processor, desk: Folder, url: str) -> None:
        self.folder, self.processor, self.desk = folder, processor, desk
        for name in (*SECRETS, *OPEN):
            content = (processor.till / name).read_bytes() if (processor.till / name).exists() else b"a-key-of-no-use"
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o644 if name in OPEN else 0o600)
        self.file = folder / "pair.pem"
        text = DOCUMENT.replace('"till.pem"', '"pair.pem"').replace('"till.key"', '"pair.pem"')
        text += f'[enrolment]\nurl = "{url}"\nsecret = "seal.key"\n'
        (folder / "seal.key").write_text("a secret that systemd hands out")
        (folder / "seal.key").chmod(0o600)
        (folder / "pos-bridge.toml").write_text(text)
        self.first = (processor.till / "till.pem").read_bytes(), (processor.till / "till.key").read_bytes()
        self.put(Pair.read(*self.first))

    def put(self, pair: Pair) -> None:
        disk.write_private(self.file, pair.file(b"a secret that systemd hands out"))

    @property
    def config(self) -> Config:
        return load(self.folder / "pos-bridge.toml")

    def kept(self) -> Pair:
        """What a start would begin with."""
        return credentials.processor_pair(self.config)

    @contextlib.asynccontextmanager
    async def selling(self, chain: Chain) -> AsyncIterator[tuple[Log, ProcessorClient, Renewal]]:
        log, pair = Log(), self.kept()
        given = credentials.Credentials(
            terminal_key=None,  # type: ignore[arg-type] # of no use to a renewal
            tills=None,  # type: ignore[arg-type] # the same
            ca=(self.folder / "processor-ca.pem").read_bytes(),
            certificate=pair.chain_pem,
            key=pair.key_pem,
        )
        shown = {"ca": given.ca, "certificate": given.certificate, "key": given.key}
        async with client(self.processor, chain, log, **shown) as made:
            renewal = Renewal(self.config, given, made, log, lambda: datetime.now(UTC))
            assert await made.ready()
            try:
                yield log, made, renewal
            finally:
                await renewal.close()


async def look(renewal: Renewal) -> None:
    """A whole round."""
    renewal.look()
    assert renewal._round is not None
    await renewal._round


def due(till: Till) -> Pair:
    """One that was just got, and is to be renewed already."""
    assert till.config.enrolment is not None
    address = Address.parse(str(till.config.enrolment.url))
    pair = asyncio.run(enrol(address, Token.parse(till.desk.make_token(POIID)), POIID, ())).pair
    till.put(pair)
    return pair
