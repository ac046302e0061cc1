"""A processor that does nothing but answer: python peer.py FOLDER, the folder of the simulated processor's keys.

Mutual TLS, the generated servicer, every sale approved at once; so what is measured against it is the engine's work
and the wire's, not a processor's. Prints its port, then for each Authorise one line: the nanoseconds of
CLOCK_MONOTONIC at which it came.
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

import grpc.aio

from pos_bridge.protocol import processor_v1_pb2 as pb
from pos_bridge.protocol.processor_v1_pb2_grpc import ProcessorServicer, add_ProcessorServicer_to_server

_CODE = 123_456


class Peer(ProcessorServicer):
    def __init__(self, sealing_key: pb.SealingKey, capture_delay_s: float) -> None:
        self._sealing_key = sealing_key
        self._capture_delay_s = capture_delay_s
        self._fence = 0

    async def OpenSession(self, request: pb.OpenSessionRequest, _: Any) -> pb.OpenSessionResponse:  # noqa: N802, ANN401 - gRPC's
        self._fence += 1
        return pb.OpenSessionResponse(fence=self._fence, ledger_epoch=1, last_seen=request.journal, now_ms=_now_ms())

    async def GetTime(self, _request: pb.GetTimeRequest, _: Any) -> pb.GetTimeResponse:  # noqa: N802, ANN401 - gRPC's
        return pb.GetTimeResponse(now_ms=_now_ms())

    async def GetSealingKeys(self, _request: pb.GetSealingKeysRequest, _: Any) -> pb.GetSealingKeysResponse:  # noqa: N802, ANN401 - gRPC's
        return pb.GetSealingKeysResponse(keys=[self._sealing_key])

    async def Authorise(self, request: pb.AuthoriseRequest, _: Any) -> pb.AuthoriseResponse:  # noqa: N802, ANN401 - gRPC's
        os.write(1, b"%d\n" % time.monotonic_ns())
        approved = pb.Approved(amount=request.amount, approval_code=_CODE)
        return pb.AuthoriseResponse(key=request.key, now_ms=_now_ms(), approved=approved)

    async def Capture(self, request: pb.CaptureRequest, _: Any) -> pb.CaptureResponse:  # noqa: N802, ANN401 - gRPC's
        if self._capture_delay_s:
            await asyncio.sleep(self._capture_delay_s)
        return pb.CaptureResponse(key=request.key, now_ms=_now_ms(), captured=pb.Done())


async def main(folder: Path, capture_delay_s: float) -> None:
    server = grpc.aio.server()
    key = pb.SealingKey.FromString((folder / "sealing-key.pb").read_bytes())
    add_ProcessorServicer_to_server(Peer(key, capture_delay_s), server)
    own = [((folder / "server.key").read_bytes(), (folder / "server.pem").read_bytes())]
    tills = (folder / "ca.pem").read_bytes()
    port = server.add_secure_port(
        "127.0.0.1:0", grpc.ssl_server_credentials(own, root_certificates=tills, require_client_auth=True)
    )
    await server.start()
    os.write(1, b"%d\n" % port)
    await server.wait_for_termination()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
