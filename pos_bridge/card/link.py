"""The room's end of the card link: packets on descriptor 3, by read and write, without a socket module."""

import os

from pos_bridge.wire.cardlink import MAX_MESSAGE, Finish, Report, Request
from pos_bridge.wire.cardlink_codec import decode_request, encode_report

DESCRIPTOR = 3


class Link:
    """Raises LinkError for a packet that is no request, OSError when the engine is gone."""

    def __init__(self, descriptor: int = DESCRIPTOR) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def hear(self) -> Request:
        """Waits for one. End of file is the engine's last word: Finish."""
        packet = os.read(self._descriptor, MAX_MESSAGE + 1)
        return decode_request(packet) if packet else Finish()

    def say(self, report: Report) -> None:
        os.write(self._descriptor, encode_report(report))
