"""A simulated processor with two enrolled tills, and the suite set up against it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from hw_sim.cards import CARDS
from hw_sim.world import SERVER_NAME, enrol
from pos_bridge.conformance.card import TestCard
from pos_bridge.conformance.duty import Duty, Result
from pos_bridge.conformance.files import read_credentials, read_root, read_signing_key
from pos_bridge.conformance.run import examine
from pos_bridge.conformance.setup import Setup
from pos_bridge.conformance.table import DUTIES
from pos_bridge.processor.channel import Credentials
from tests.hw_sim.processor.conftest import Processor, Store
from tests.hw_sim.processor.encrypting import Encrypting

POIID, SECOND = "P400-123456789", "P400-987654321"
NOT_OURS = "4111111111111111"  # published, and none of those that the simulated issuer approves
PARTIAL_CENTS = 12_345


def track_2(number: str, service_code: str = "101") -> bytes:
    return f"{number}=4912{service_code}0000000001".encode()


@dataclass
class Place:
    """`setup()` has everything that the suite can be given; each has a swipe of its own."""

    processor: Processor
    second: Path
    reader: Encrypting = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Encrypting((self.processor.store.folder / "base.key").read_bytes())

    @property
    def till(self) -> Path:
        return self.processor.store.engine

    def setup(self) -> Setup:
        return replace(
            self.bare(),
            second=credentials(self.second),
            root=read_root(self.till / "trust.txt"),
            debit_card=TestCard(track_2(CARDS["interac"].number, "220")),
            declined_card=TestCard(track_2(NOT_OURS)),
            partial_cents=PARTIAL_CENTS,
            swipe=self.reader.seal(),
        )

    def bare(self) -> Setup:
        terminal = read_signing_key(self.till / "terminal.key")
        return Setup(self.processor.store.address, SERVER_NAME, credentials(self.till), terminal)


def credentials(till: Path) -> Credentials:
    return read_credentials(till / "processor-ca.pem", till / "till.pem", till / "till.key")


def made(folder: Path) -> Place:
    store = Store(folder / "world", folder / "engine")
    enrol(store.world, store.engine, POIID)
    enrol(store.world, folder / "second", SECOND)
    processor = Processor(store)
    processor.start()
    return Place(processor, folder / "second")


async def results(setup: Setup, duties: Iterable[Duty] = DUTIES) -> list[Result]:
    return [result async for result in examine(setup, duties)]
