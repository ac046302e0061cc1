"""Encrypting magnetic stripe readers of the ID TECH MSR family (SecureMag) on a serial line, 9600 8N1 as delivered.

The reader seals the card itself, TDES under DUKPT: of what it sends, ciphertext and the key's serial number go on,
with brand and last four digits. Name, leading digits, expiry, hashes, track 3, session id and the device's serial
number are wiped where they came in. A reader that sends a bank card's track in clear is refused, and so is that card.
"""

from drivers.reader import Armed, BadRead, CardSealed, Event, ReadFailedError, SealingPlace, Tender
from drivers.serial.idtech_arming import Arming
from drivers.serial.intake import Intake
from drivers.serial.port import Port
from pos_bridge.domain.card import ReadFailure, Scheme, SealedByReader, Variant
from pos_bridge.domain.chip import IssuerAnswer
from pos_bridge.wire.burst import Progress
from pos_bridge.wire.idtech import STX, EncryptedSwipe, IdtechFraming, Verdict, read_frame, read_text
from pos_bridge.wire.idtech_layout import MAX_FRAME

BAUD = 9600
_REASONS = {
    Verdict.NOT_A_BANK_CARD: ReadFailure.NOT_A_BANK_CARD,
    Verdict.CHIP_REQUIRED: ReadFailure.CHIP_REQUIRED,
    Verdict.IN_CLEAR: ReadFailure.READER_IN_CLEAR,
    Verdict.FOREIGN_SETTING: ReadFailure.ROOM_FAULT,
}


class IdtechMsr:
    """The driver."""

    sealed_in = SealingPlace.READER
    memory_needed = MAX_FRAME + 1

    def probe(self, device: str) -> None:
        Port(device, BAUD).close()

    def open(self, device: str, tender: Tender, memory: memoryview, now: float) -> "IdtechMsrReader":
        return IdtechMsrReader(Port(device, BAUD), tender, memory, now)


class IdtechMsrReader:
    """An open reader: its settings first, then swipes."""

    def __init__(self, port: Port, tender: Tender, memory: memoryview, now: float) -> None:
        self._fallback = tender.fallback
        self._intake = Intake(port, memory, IdtechFraming(), now)
        self._arming: Arming | None = Arming(self._intake, now)

    def fileno(self) -> int:
        return self._intake.fileno()

    def due(self) -> float:
        return self._arming.due() if self._arming else self._intake.silent_at()

    def turn(self, now: float, *, readable: bool) -> Event | None:
        if self._arming:
            if not self._arming.turn(now, readable=readable):
                return None
            self._arming = None
            return Armed()
        self._intake.take_in(now, readable=readable)
        if self._intake.progress is Progress.WHOLE:
            return self._judge()
        return self._silence() if now >= self.due() else None

    def again(self) -> None:
        """It has no lamp, and reading is still on."""

    def tell(self, answer: IssuerAnswer) -> None:  # noqa: ARG002 - a stripe asks its issuer nothing
        """Never called: there is no chip here."""
        raise ReadFailedError(ReadFailure.ROOM_FAULT)

    def stop(self) -> None:
        """Says nothing: reading on and off is a setting in memory that wears. What nobody reads, the kernel drops."""
        self._intake.close()

    def _judge(self) -> CardSealed | None:
        """A card, if nothing stands behind it; a bad read is told of when the line has fallen silent."""
        if not self._intake.stands_alone():
            return None
        match read_frame(frame := self._intake.frame(), fallback=self._fallback):
            case Verdict.BAD_READ:
                self._intake.spoil()
                return None
            case Verdict() as verdict:
                raise ReadFailedError(_REASONS[verdict])
            case swipe:
                return CardSealed(swipe.facts, _ciphertext(frame, swipe))

    def _silence(self) -> BadRead | None:
        progress, began = self._intake.progress, self._intake.frame()
        if progress is Progress.BEGUN:
            if began[0] == STX:
                raise ReadFailedError(ReadFailure.READER_STALLED)
            if (verdict := read_text(began)) is not Verdict.BAD_READ:
                raise ReadFailedError(_REASONS[verdict])
        self._intake.forget()
        return None if progress is Progress.NOISE else BadRead()


def _ciphertext(frame: memoryview, swipe: EncryptedSwipe) -> SealedByReader:
    """The only bytes of a frame that are copied out of the room's page."""
    parts = (bytes(frame[part]) for part in (swipe.ksn, swipe.track1, swipe.track2))
    return SealedByReader(Scheme.TDES, Variant.DATA_ONE_WAY, swipe.mode, *parts)
