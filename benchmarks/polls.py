"""Tills that ask for the state of the payment that runs: python polls.py PORT CA API_KEY POIID TILLS PAUSE_S

Each on a connection of its own that stays open, each as often as PAUSE_S says, not all at the same moment. Prints a
line when all are connected; when its standard input ends, one number a poll: how many microseconds its answer took.
"""

import asyncio
import ssl
import sys
import time
from dataclasses import dataclass, field

import uvloop

from benchmarks.till import document

_LAST = {"ReceiptReprintFlag": True}


@dataclass(slots=True)
class Tills:
    """What they have in common. `took`: seconds of each poll."""

    head: str
    poiid: str
    pause_s: float
    took: list[float] = field(default_factory=list)

    async def poll(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, share: float) -> None:
        """One till; `share` of the pause passes first."""
        await asyncio.sleep(self.pause_s * share)
        while True:
            content = document("TransactionStatus", _LAST, self.poiid)
            began = time.perf_counter()
            writer.write(f"{self.head}{len(content)}\r\n\r\n".encode() + content)
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            await reader.readexactly(next(int(line[15:]) for line in lines if line.startswith(b"content-length:")))
            self.took.append(time.perf_counter() - began)
            await asyncio.sleep(self.pause_s)


async def main(*words: str) -> None:
    port, ca, api_key, poiid, count, pause_s = words
    head = f"POST /nexo HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {api_key}\r\nContent-Length: "
    tills = Tills(head, poiid, float(pause_s))
    tls = ssl.create_default_context(cafile=ca)
    lines = [
        await asyncio.open_connection("127.0.0.1", int(port), ssl=tls, server_hostname="localhost")
        for _ in range(int(count))
    ]
    polling = [asyncio.create_task(tills.poll(*line, at / len(lines))) for at, line in enumerate(lines)]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in polling:
        task.cancel()
    await asyncio.gather(*polling, return_exceptions=True)
    for _, writer in lines:
        writer.close()
    print(*(round(seconds * 1e6) for seconds in tills.took), flush=True)


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
