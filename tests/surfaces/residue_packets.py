"""`residue_packets.py FOLDER PORT PORT`: writes what goes to and from two ports of the loopback interface into files.

One file for each direction of each connection, payloads behind one another as they came. Says `ready` on standard
output, ends when its standard input does; exit code 1 when the kernel had to drop a packet. What is for other ports the
kernel passes over by a filter: other tests talk meanwhile.
"""

import ctypes
import socket
import struct
import sys
from mmap import mmap
from pathlib import Path
from select import select

_ALL = 3  # ETH_P_ALL
_FRAME = 14  # of the loopback's empty Ethernet header
_IPV4, _TCP, _UDP = 0x0800, 6, 17
_LONGEST = 1 << 17

# linux/if_packet.h: a ring of frames in memory that the kernel fills and we empty; a container does not limit its size,
# as it does a socket's buffer.
_SOL_PACKET, _RING, _STATISTICS, _VERSION, _VERSION_2 = 263, 5, 6, 10, 1
_BLOCK, _BLOCKS = 1 << 20, 8
_FRAMES = _BLOCK * _BLOCKS // _LONGEST
_HEAD = struct.Struct("=IIIH")  # of a frame: whose it is, the packet's length, how much of it is here, where it begins
_KERNELS, _OURS = 0, 1
_SO_ATTACH_FILTER = 26

# linux/filter.h: load a byte or a half word at a place, or a half word behind the IP header whose length is loaded
# first; go on at one place or another; return how much of the packet is wanted.
_BYTE, _HALF, _LENGTH, _BEHIND, _EQUAL, _RETURN = 0x30, 0x28, 0xB1, 0x48, 0x15, 0x06
_WAY = 0xFFFFF004  # in or out, kept beside the packet
_NONE, _WHOLE = 14, 15  # the last two instructions


def main(folder: Path, one: int, other: int) -> int:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL)) as tap:
        attach(tap, filter_for(one, other))
        tap.setsockopt(_SOL_PACKET, _VERSION, _VERSION_2)
        tap.setsockopt(_SOL_PACKET, _RING, struct.pack("IIII", _BLOCK, _BLOCKS, _LONGEST, _FRAMES))
        tap.bind(("lo", _ALL))
        with mmap(tap.fileno(), _BLOCK * _BLOCKS) as ring:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            at = 0
            while sys.stdin not in (awake := select([tap, sys.stdin], [], [])[0]) or tap in awake:
                while (packet := taken(ring, at * _LONGEST)) is not None:
                    keep(folder, packet)
                    at = (at + 1) % _FRAMES
        _, dropped = struct.unpack("II", tap.getsockopt(_SOL_PACKET, _STATISTICS, 8))
    return 1 if dropped else 0


def taken(ring: mmap, at: int) -> bytes | None:
    """The packet in the frame at this place, which goes back to the kernel. None: there is none yet."""
    whose, _, length, begins = _HEAD.unpack_from(ring, at)
    if not whose & _OURS:
        return None
    packet = ring[at + begins : at + begins + length]
    struct.pack_into("=I", ring, at, _KERNELS)
    return packet


def filter_for(one: int, other: int) -> bytes:
    """TCP or UDP in IPv4 of or to either port, and of the two times that a packet passes the loopback the second."""
    table: tuple[tuple[int, int, int, int], ...] = (  # instruction, its number, where to go on when equal, and when not
        (_BYTE, _WAY, 1, 1),
        (_EQUAL, socket.PACKET_OUTGOING, _NONE, 2),
        (_HALF, _FRAME - 2, 3, 3),
        (_EQUAL, _IPV4, 4, _NONE),
        (_BYTE, _FRAME + 9, 5, 5),
        (_EQUAL, _TCP, 7, 6),
        (_EQUAL, _UDP, 7, _NONE),
        (_LENGTH, _FRAME, 8, 8),
        (_BEHIND, _FRAME, 9, 9),
        (_EQUAL, one, _WHOLE, 10),
        (_EQUAL, other, _WHOLE, 11),
        (_BEHIND, _FRAME + 2, 12, 12),
        (_EQUAL, one, _WHOLE, 13),
        (_EQUAL, other, _WHOLE, _NONE),
        (_RETURN, 0, 15, 15),
        (_RETURN, _LONGEST, 16, 16),
    )
    jumps = ((code, equal - at - 1, unlike - at - 1, number) for at, (code, number, equal, unlike) in enumerate(table))
    return b"".join(struct.pack("HBBI", *each) for each in jumps)


def attach(tap: socket.socket, program: bytes) -> None:
    instructions = ctypes.create_string_buffer(program, len(program))
    tap.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", len(program) // 8, ctypes.addressof(instructions))
    )


def keep(folder: Path, packet: bytes) -> None:
    ip = packet[_FRAME : _FRAME + int.from_bytes(packet[_FRAME + 2 : _FRAME + 4], "big")]
    behind = ip[(ip[0] & 0x0F) * 4 :]
    of, to = struct.unpack_from(">HH", behind)
    if payload := behind[(behind[12] >> 4) * 4 if ip[9] == _TCP else 8 :]:
        with (folder / f"{of}-to-{to}").open("ab") as file:
            file.write(payload)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
