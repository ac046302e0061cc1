"""`residue_packets.py FOLDER PORT...`: writes what goes to and from these ports of the loopback interface into files.

One file for each direction of each connection, payloads behind one another as they came. Says `ready` on standard
output, ends when its standard input does; exit code 1 when the kernel had to drop a packet.
"""

import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path
from select import select

_ALL = 3  # ETH_P_ALL
_FRAME = 14  # of the loopback's empty Ethernet header
_IPV4, _TCP, _UDP = 0x0800, 6, 17
_SOL_PACKET, _STATISTICS = 263, 6  # linux/if_packet.h: packets, and of these dropped
_SO_RCVBUFFORCE = 33
_BUFFER = 32 << 20
_LONGEST = 1 << 17


def main(folder: Path, ports: frozenset[int]) -> int:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL)) as tap:
        with suppress(PermissionError):  # a container's root has the usual size
            tap.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        tap.bind(("lo", _ALL))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while sys.stdin not in (awake := select([tap, sys.stdin], [], [])[0]) or tap in awake:
            packet, (_, _, kind, *_) = tap.recvfrom(_LONGEST)
            if kind != socket.PACKET_OUTGOING:  # on loopback each comes twice
                keep(folder, ports, packet)
        _, dropped = struct.unpack("II", tap.getsockopt(_SOL_PACKET, _STATISTICS, 8))
    return 1 if dropped else 0


def keep(folder: Path, ports: frozenset[int], packet: bytes) -> None:
    (kind,) = struct.unpack_from(">H", packet, 12)
    if kind != _IPV4 or packet[_FRAME + 9] not in {_TCP, _UDP}:
        return
    at = _FRAME + (packet[_FRAME] & 0x0F) * 4
    length = _FRAME + int.from_bytes(packet[_FRAME + 2 : _FRAME + 4], "big")
    of, to = struct.unpack_from(">HH", packet, at)
    if of in ports or to in ports:
        head = (packet[at + 12] >> 4) * 4 if packet[_FRAME + 9] == _TCP else 8
        if payload := packet[at + head : length]:
            with (folder / f"{of}-to-{to}").open("ab") as file:
                file.write(payload)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), frozenset(int(port) for port in sys.argv[2:])))
