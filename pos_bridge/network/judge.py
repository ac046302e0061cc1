"""Which of the engine's sockets should not be. Told once each, until it is gone."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass

from pos_bridge.domain.connection import Way, Where
from pos_bridge.network.destination import Destination, IpAddress, where
from pos_bridge.network.own_sockets import OwnSocket


@dataclass(frozen=True, slots=True)
class Stranger:
    """A socket that should not be: its other end, or where it listens. None and 0: there is nothing of the kind.

    For IT at this till, who needs the address; the log has no field for one.
    """

    way: Way
    address: IpAddress | None
    port: int

    @property
    def where(self) -> Where:
        return Where.ANYWHERE if self.address is None else where(self.address)


@dataclass(frozen=True, slots=True)
class Expected:
    """`reached`: where the engine connects to. `doors`: its ports on loopback."""

    reached: frozenset[Destination]
    dns: frozenset[Destination]
    doors: frozenset[int]

    def stranger(self, seen: OwnSocket) -> Stranger | None:
        """None: it is as it should be, or reaches nobody."""
        match seen.kind:
            case socket.SOCK_STREAM:
                return self._listening(seen) if seen.listens else self._connected(seen)
            case socket.SOCK_DGRAM:
                return self._datagrams(seen)
            case _:
                return Stranger(Way.RAW, None, 0)

    def _listening(self, seen: OwnSocket) -> Stranger | None:
        if seen.ours is None:
            return Stranger(Way.LISTENING, None, 0)
        address, port = seen.ours
        return None if address.is_loopback and port in self.doors else Stranger(Way.LISTENING, address, port)

    def _connected(self, seen: OwnSocket) -> Stranger | None:
        if seen.peer is None:
            return None
        came = seen.ours is not None and seen.ours[1] in self.doors
        if came and seen.peer[0].is_loopback:
            return None
        if self._is_named(self.reached | self.dns, *seen.peer):
            return None
        return Stranger(Way.INCOMING if came else Way.OUTGOING, *seen.peer)

    def _datagrams(self, seen: OwnSocket) -> Stranger | None:
        """One without a peer can send to anybody as soon as it has a port."""
        if seen.peer is not None:
            # The system's resolver connects one to each address that it found, to see which is nearer: nothing is sent.
            near_enough = any(seen.peer[0] == each.address for each in self.reached)
            if near_enough or self._is_named(self.dns, *seen.peer):
                return None
            return Stranger(Way.DATAGRAMS, *seen.peer)
        if seen.ours is None or seen.ours[1] == 0:
            return None
        return Stranger(Way.DATAGRAMS, *seen.ours)

    @staticmethod
    def _is_named(among: Iterable[Destination], address: IpAddress, port: int) -> bool:
        return any(each.address == address and each.port == port for each in among)
