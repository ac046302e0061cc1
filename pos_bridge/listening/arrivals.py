"""Who comes to a listening socket: taken from its queue one by one, by the loop's thread itself.

What an awaited accept holds when it is cancelled would be lost; here nobody is taken who is not let in.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable

_NO_DESCRIPTORS_PAUSE_S = 0.1


async def take(listening: socket.socket, admit: Callable[[socket.socket], Awaitable[None]]) -> None:
    """Until it is cancelled. `listening` does not block; nor does what `admit` is given, whose it is from then on."""
    loop, waiting = asyncio.get_running_loop(), asyncio.Event()
    try:
        while True:
            loop.add_reader(listening, waiting.set)
            await waiting.wait()
            waiting.clear()
            try:
                peer, _ = listening.accept()
            except BlockingIOError:
                continue  # it left while it waited
            except OSError:  # out of descriptors: not to be told again and again of who waits
                loop.remove_reader(listening)
                await asyncio.sleep(_NO_DESCRIPTORS_PAUSE_S)
                continue
            peer.setblocking(False)  # noqa: FBT003 - the socket's own signature
            await admit(peer)
    finally:
        loop.remove_reader(listening)
