"""People of a store, marked so that whatever is left of them is found: on the till's disk, in the engine's memory."""

import time

from hw_sim.memory import small_ints_of
from hw_sim.native_people import Customers
from hw_sim.native_till import NativeTill
from hw_sim.residue import Find, Search
from hw_sim.running import RunningStore
from hw_sim.store.layout import Layout
from pos_bridge.protocol import till_v1_pb2 as pb

MEMBER, ORDER = "QX-2918-44571", "QZX/2026.77-42KJ"
GIVEN = {
    "last_name": "Quimperlaine",
    "first_name": "Zephyrinette",
    "street": "2918 rue Vasseguetteux",
    "city": "Pistoletville",
    "province": "QC",
    "postal_code": "H2X 1Y4",
    "email": "lavertu@qzx-kourriel.ca",
    "phone": "418 555-2917",
}
ADDRESS = {name: text for name, text in GIVEN.items() if name != "email"}
UNASKED = ("Bartholomieuse", "bartholo@vzq-kourriel.ca", "7731 rang Outremontois")
UNASKED_PHONE = "4385552963"
CARD = "4921817844445119"
TEXTS = (MEMBER, ORDER, *(GIVEN[name] for name in ("last_name", "first_name", "street", "city", "email")), *UNASKED)
NUMBERS = ("4185552917", UNASKED_PHONE, CARD)
SEARCH = Search(NUMBERS, None, TEXTS)
PATIENCE_S = 60.0
_CUSTOMERS = 100


class People:
    """A store with a native till and the office of the person in charge."""

    def __init__(self, store: RunningStore) -> None:
        self.store = store
        self.layout = Layout(store.folder)
        self.vault = self.layout.vault
        self.connect()

    def connect(self) -> None:
        facts = self.store.facts
        self.till, self.over_tls, self.at_office = (
            NativeTill.of(facts),
            NativeTill.of(facts, over_tls=True),
            NativeTill.office(facts),
        )
        self.customers, self.office = Customers(self.till), Customers(self.at_office, 7)

    def hang_up(self) -> None:
        """gRPC keeps what a connection said last in a read buffer of 8 KB, until as much came since or it ends."""
        self.close()

    def close(self) -> None:
        for till in (self.till, self.over_tls, self.at_office):
            till.close()

    def restart(self) -> None:
        self.close()
        self.store.do("engine", "restart")
        self.connect()

    @property
    def engine(self) -> int:
        return int(self.store.facts["engine_pid"])

    def on_disk(self) -> list[Find]:
        return list(SEARCH.in_files(self.layout.engine))

    def in_memory(self) -> list[Find]:
        """What stays while other customers come: of what goes beside a call, gRPC's own objects refer to each other,
        and are gone when Python's collector has come by.
        """
        search, deadline = SEARCH.at(small_ints_of(self.engine)), time.monotonic() + PATIENCE_S
        nobody = pb.Choice(chouchous="NOBODY")
        while (finds := list(search.in_memory(self.engine))) and time.monotonic() < deadline:
            with NativeTill.of(self.store.facts) as till:
                for _ in range(_CUSTOMERS):
                    Customers(till).look_up(nobody, pb.PURPOSE_PROGRAMME)
        return finds

    def key(self) -> bytes:
        return self.layout.vault_key.read_bytes()


def member() -> pb.Choice:
    return pb.Choice(chouchous=MEMBER)


def order() -> pb.Choice:
    return pb.Choice(home_delivery=ORDER)
