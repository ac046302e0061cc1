"""A second engine with the same identity, on a copy of the till's disk: what nobody should start, and somebody will."""

from tests.explorer.disk import Disk
from tests.explorer.engine import Engine
from tests.explorer.line import Line
from tests.explorer.outcomes import failed, is_paid
from tests.explorer.till import Till
from tests.explorer.world import World


class Twin:
    """It does not die: the faults are the first one's."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.disk = Disk(world.ground, world.model.disk, mortal=False)
        self.line = Line(world.ground, self._sending, world.arrives, world.jump, mortal=False)
        self.engine: Engine | None = None
        self.till = Till(world.ground, lambda: self.engine, "other till")

    def start(self) -> None:
        """On what is durable of the first one's disk now."""
        world = self._world
        world.ground.note("people", "start a second engine on a copy of the disk")
        self.disk.restore(world.disk.image())
        self.engine = Engine(world.ground, self.disk, self.line, world.customers)
        world.engines.append(self.engine)

    def _sending(self, _method: str, data: bytes) -> None:
        self._world.written.append(data)

    def broken(self, world: World) -> list[str]:
        """What it told of its sales is true, and its charges are the twin's to answer for."""
        found = []
        for request in self.till.requests:
            keys = {leg.key.raw for leg in self.disk.books.legs.values()} - {
                leg.key.raw for leg in world.disk.books.legs.values()
            }
            standing = [held for key in keys if (held := world.processor.held.get(key)) is not None and held.stands]
            world.elsewhere |= keys
            if is_paid(request.final) and len(standing) != 1:
                found.append("P3 the second engine tells a sale as paid that is not")
            if failed(request.final) and standing:
                found.append("P3 the second engine tells a sale as not paid that is")
        return found
