"""The order of what a room may say after Read, sans-I/O: Armed, at most two Show, then one answer for our key."""

from pos_bridge.cardlink.room import RoomLostError
from pos_bridge.domain.card import ReadFailure, SealedByReader, SealedCard
from pos_bridge.wire.cardlink import Armed, Failed, Notice, Report, Sealed, Show

_MOST_NOTICES = 2  # the third bad read is the answer


class ReadTalk:
    """One Read's reports, in order. `key_id` is that of the sealing key that was asked for."""

    def __init__(self, key_id: bytes) -> None:
        self._key_id = key_id
        self._notices = 0
        self.armed = False

    def hear(self, report: Report) -> Notice | SealedCard | ReadFailure | None:
        """What it means: a notice to show, the answer, or None. Raises RoomLostError for anything out of order."""
        match report:
            case Armed() if not self.armed:
                self.armed = True
                return None
            case Show(notice) if self.armed and self._notices < _MOST_NOTICES:
                self._notices += 1
                return notice
            case Sealed(card) if self.armed and self._is_ours(card):
                return card
            case Failed(reason) if reason is not ReadFailure.ROOM_LOST:  # our own word for it
                return reason
            case _:
                raise RoomLostError

    def _is_ours(self, card: SealedCard) -> bool:
        """What a reader sealed names no key of ours: the processor knows the reader's."""
        return isinstance(card.payment, SealedByReader) or card.payment.key_id == self._key_id
