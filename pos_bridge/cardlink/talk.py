"""The order of what a room may say after Read, sans-I/O: Armed, at most two bad swipes, or a chip; then one answer.

A chip that was sealed has one thing more to say, once its issuer has answered.
"""

from pos_bridge.cardlink.room import RoomLostError
from pos_bridge.domain.card import EntryMode, ReadFailure, SealedByReader, SealedCard
from pos_bridge.domain.chip import SecondAnswer
from pos_bridge.wire.cardlink import MAX_BAD_SWIPES, Armed, CardSaid, Failed, Notice, Read, Report, Sealed, Show

_MOST_BAD_SWIPES = MAX_BAD_SWIPES - 1  # that the customer is shown; the last one is the answer
_OUR_WORDS = frozenset({ReadFailure.ROOM_LOST, ReadFailure.SURROUNDINGS})  # no room can know of these


class ReadTalk:
    """One Read's reports, in order."""

    def __init__(self, ask: Read) -> None:
        self._key_id = ask.sealing_key.key_id
        self._fallback = ask.fallback
        self._bad_swipes = 0
        self._inserted = False
        self._issuer_asked = False
        self.armed = False

    def hear(self, report: Report) -> Notice | SealedCard | SecondAnswer | ReadFailure | None:
        """What it means: a notice, the answer, a chip's last word, or None. RoomLostError for anything out of order."""
        if self._issuer_asked:
            return self._last_word(report)
        match report:
            case Armed() if not self.armed:
                self.armed = True
                return None
            case Show(Notice.SWIPE_AGAIN) if self.armed and not self._inserted and self._bad_swipes < _MOST_BAD_SWIPES:
                self._bad_swipes += 1
                return Notice.SWIPE_AGAIN
            case Show(Notice.CARD_INSERTED) if self.armed and not self._inserted:
                self._inserted = True
                return Notice.CARD_INSERTED
            case Sealed(card) if self.armed and self._is_ours(card):
                self._issuer_asked = self._inserted
                return card
            case Failed(reason) if reason not in _OUR_WORDS:
                return reason
            case _:
                raise RoomLostError

    @staticmethod
    def _last_word(report: Report) -> SecondAnswer:
        match report:
            case CardSaid(answer):
                return answer
            case _:
                raise RoomLostError

    def _is_ours(self, card: SealedCard) -> bool:
        """Read as it could be, and sealed for our key; a reader's own key only the processor knows."""
        as_asked = False
        match card.facts.entry_mode:
            case EntryMode.CHIP:
                as_asked = self._inserted
            case EntryMode.MAGSTRIPE_FALLBACK:
                as_asked = self._fallback and not self._inserted
            case EntryMode.MAGSTRIPE:
                as_asked = not self._inserted
            case EntryMode.CONTACTLESS:
                pass  # no driver reads it
        return as_asked and (isinstance(card.payment, SealedByReader) or card.payment.key_id == self._key_id)
