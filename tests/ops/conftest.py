"""A simulated enrolment server of a world of its own, on a real port."""

from collections.abc import Callable, Iterator

import pytest

from hw_sim.enrolment.faults import Fault
from hw_sim.enrolment.folder import Folder
from hw_sim.enrolment.server import serving
from pos_bridge.config.devices import Address
from pos_bridge.ops.token import Token

POIID = "P400-123456789"


class Desk:
    """Who enrols tills, and where."""

    def __init__(self, folder: Folder, url: str) -> None:
        self.folder = folder
        self.url = url
        self.address = Address.parse(url)

    def token(self, till: str = POIID, hours: float = 24) -> Token:
        return Token.parse(self.folder.make_token(till, hours))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = Folder(tmp_path_factory.mktemp("world"))
    with serving(folder) as url:
        yield Desk(folder, url)


@pytest.fixture
def desk(running: Desk) -> Iterator[Desk]:
    """It does all right before and afterwards."""
    yield running
    running.folder.set_fault(Fault.NONE)
    running.folder.set_life(397 * 86_400)


@pytest.fixture
def faulty(desk: Desk) -> Callable[[Fault], Desk]:
    def become(fault: Fault) -> Desk:
        desk.folder.set_fault(fault)
        return desk

    return become
