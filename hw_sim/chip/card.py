"""A chip card in memory: command in, answer out, and faults on demand. No reader, no network; a terminal cannot tell.

What it may not forget goes to its Memory. The chip of a card has that card's published number and nobody's secrets.
"""

import re
from collections.abc import Callable, Mapping

from hw_sim.cards import PIN, Card
from hw_sim.chip.contents import PSE, Application, Contents, contents
from hw_sim.chip.cryptograms import secrets_of
from hw_sim.chip.exchange import Answer, Command, Exchange, Protocol
from hw_sim.chip.fault import NO_FAULTS, Faults, Flaw
from hw_sim.chip.memory import MOST_TRANSACTIONS, Memory
from hw_sim.chip.profile import CHIP_CARDS, PIN_TRIES, PROFILES, SEQUENCE, Oda
from hw_sim.chip.tlv import split, tlv
from hw_sim.chip.transaction import NOT_NOW, OK, WRONG_DATA, Issued, Transaction

_BLOCKED, _CARD_BLOCKED, _NOT_FOUND, _NO_RECORD, _NO_DATA = 0x6283, 0x6A81, 0x6A82, 0x6A83, 0x6A88
_NO_COMMAND, _NO_CLASS, _PIN_BLOCKED, _WRONG_PIN = 0x6D00, 0x6E00, 0x6983, 0x63C0
_BY_NAME, _NEXT, _FROM_SFI, _PLAIN_PIN = 0x04, 0x02, 0x04, 0x80
_NO_ATR = b"\0"
_SCRIPT_CLASSES = frozenset({0x84, 0x8C})


class PulledError(Exception):
    """The card was taken out of the reader: there is no answer, and there will be none."""


class MuteError(Exception):
    """The card gives no answer, now and from now on. `for_ever`: nor does the reader say so."""

    def __init__(self, *, for_ever: bool) -> None:
        super().__init__("the card gives no answer")
        self.for_ever = for_ever


class ChipCard:
    """`oda` None: as the brand's cards usually are. `slow_s`: how long before each answer; whoever runs the card waits.

    `atr` is a byte that means nothing for a card that is mute from the start: vpcd takes none for an empty reader.
    """

    def __init__(
        self,
        card: Card,
        faults: Faults = NO_FAULTS,
        *,
        oda: Oda | None = None,
        protocol: Protocol = Protocol.T1,
        memory: Memory | None = None,
    ) -> None:
        profile = PROFILES[card.brand]
        self.slow_s = faults.slow
        self._profile = profile
        self._faults = faults
        self._oda = profile.oda if oda is None else oda
        self._atr = protocol.atr
        self._memory = memory or Memory()
        self._contents: Contents = contents(card, profile, self._oda, faults)
        self._secrets = secrets_of(card.brand, card.number, SEQUENCE)
        self._exchange = Exchange(protocol, faults, self._perform)
        self._commands: Mapping[tuple[int, int], Callable[[Command], Answer]] = {
            (0x00, 0xA4): self._select,
            (0x00, 0xB2): self._read,
            (0x80, 0xA8): self._begin,
            (0x80, 0xCA): self._get_data,
            (0x00, 0x20): self._verify,
            (0x00, 0x88): self._authenticate,
            (0x80, 0xAE): self._generate,
            (0x00, 0x82): self._hear_issuer,
        }
        self._heard = 0
        self.reset()

    @property
    def atr(self) -> bytes:
        return _NO_ATR if self._faults.mute == 0 else self._atr

    def reset(self) -> None:
        """Power off and on, or a warm reset: only the memory stays."""
        self._in_directory = False
        self._application: Application | None = None
        self._transaction: Transaction | None = None

    def respond(self, command: bytes) -> bytes:
        """The answer with its status word. Raises PulledError and MuteError when the faults say so."""
        self._heard += 1
        if self._faults.pull is not None and self._heard >= self._faults.pull:
            raise PulledError
        if self._faults.mute is not None and self._heard >= self._faults.mute:
            raise MuteError(for_ever=False)
        if self._faults.hang is not None and self._heard >= self._faults.hang:
            raise MuteError(for_ever=True)
        return self._exchange.respond(command)

    def _perform(self, command: Command) -> Answer:
        if command.cla in _SCRIPT_CLASSES:
            return self._transaction.obey_script(command) if self._transaction else Answer(NOT_NOW)
        known = self._commands.get((command.cla, command.ins))
        if known is None:
            return Answer(_NO_COMMAND if command.cla in {0x00, 0x80} else _NO_CLASS)
        return known(command)

    # ---- finding the application ----

    def _select(self, command: Command) -> Answer:
        if command.p1 != _BY_NAME or command.p2 not in {0, _NEXT} or not command.data:
            return Answer(WRONG_DATA)
        if Flaw.BLOCKED_CARD in self._faults or self._memory.kept.card_blocked:
            return Answer(_CARD_BLOCKED)
        before = self._application if command.p2 == _NEXT else None
        self.reset()
        if command.data == PSE:
            return self._select_directory()
        matching = [each for each in self._contents.applications if each.aid.startswith(command.data)]
        if before in matching:
            matching = matching[matching.index(before) + 1 :]
        elif command.p2 == _NEXT:
            matching = []
        if not matching:
            return Answer(_NOT_FOUND)
        self._application = matching[0]
        return Answer(_BLOCKED if self._is_blocked else OK, self._application.fci)

    def _select_directory(self) -> Answer:
        if Flaw.NO_PSE in self._faults:
            return Answer(_NOT_FOUND)
        blocked = Flaw.BLOCKED_PSE in self._faults
        self._in_directory = not blocked
        return Answer(_BLOCKED if blocked else OK, self._contents.pse_fci)

    @property
    def _is_blocked(self) -> bool:
        """With two applications, the fault blocks the first one."""
        first = self._application is self._contents.applications[0]
        return self._memory.kept.application_blocked or (first and Flaw.BLOCKED_APPLICATION in self._faults)

    def _read(self, command: Command) -> Answer:
        sfi, mark = divmod(command.p2, 8)
        if mark != _FROM_SFI:
            return Answer(WRONG_DATA)
        if self._in_directory:
            listed = self._contents.directory
            found = listed[command.p1 - 1] if sfi == 1 and 1 <= command.p1 <= len(listed) else None
        else:
            found = self._application.records.get((sfi, command.p1)) if self._application else None
        return Answer(_NO_RECORD) if found is None else Answer(OK, found)

    # ---- a transaction ----

    def _begin(self, command: Command) -> Answer:
        """GET PROCESSING OPTIONS."""
        application, kept = self._application, self._memory.kept
        if application is None or self._transaction is not None or kept.counter >= MOST_TRANSACTIONS:
            return Answer(NOT_NOW)
        if Flaw.FIRST_REFUSES in self._faults and application is self._contents.applications[0]:
            return Answer(NOT_NOW)
        given = command.data[2:]
        if command.data != tlv("83", given) or split(self._profile.pdol, given) is None:
            return Answer(WRONG_DATA)
        issued = Issued(self._profile, application, self._oda, self._secrets)
        self._transaction = Transaction(issued, self._faults, self._memory, given)
        return self._transaction.options

    def _get_data(self, command: Command) -> Answer:
        kept = self._memory.kept
        values = {
            0x9F36: kept.counter.to_bytes(2, "big"),
            0x9F13: kept.online.to_bytes(2, "big"),
            0x9F17: bytes((kept.tries,)),
        }
        tag = command.p1 << 8 | command.p2
        return Answer(OK, tlv(f"{tag:04X}", values[tag])) if tag in values else Answer(_NO_DATA)

    def _verify(self, command: Command) -> Answer:
        """VERIFY with a plain PIN block (EMV 4.4 book 3, 6.5.12). A try is used up before it is looked at."""
        if self._transaction is None:
            return Answer(NOT_NOW)
        if command.p2 != _PLAIN_PIN or not re.fullmatch("2[4-9a-c][0-9]{4,12}f{2,10}", command.data.hex()):
            return Answer(WRONG_DATA)
        left = self._memory.kept.tries - 1
        if left < 0:
            return Answer(_PIN_BLOCKED)
        self._memory.change(tries=left)
        if command.data.hex() != f"2{len(PIN):x}{PIN}".ljust(16, "f"):
            return Answer(_WRONG_PIN | left)
        self._memory.change(tries=PIN_TRIES)
        return Answer(OK)

    def _authenticate(self, command: Command) -> Answer:
        return self._transaction.authenticate(command.data) if self._transaction else Answer(NOT_NOW)

    def _generate(self, command: Command) -> Answer:
        return self._transaction.generate(command, blocked=self._is_blocked) if self._transaction else Answer(NOT_NOW)

    def _hear_issuer(self, command: Command) -> Answer:
        return self._transaction.hear_issuer(command.data) if self._transaction else Answer(NOT_NOW)


def chip_card(name: str, faults: Faults = NO_FAULTS, **how: object) -> ChipCard:
    """The card of that name in CHIP_CARDS. Raises KeyError."""
    return ChipCard(CHIP_CARDS[name], faults, **how)  # type: ignore[arg-type] # the keywords of ChipCard
