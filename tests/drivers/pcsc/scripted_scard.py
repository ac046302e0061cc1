"""The surface of pyscard's C module as a script: a reader with a card in it or none, and what the card answers."""

from collections.abc import Callable

READER = "Scripted Reader 00 00"
EMPTY, PRESENT, EXCLUSIVE = 0x10, 0x20, 0x80
SUCCESS, REMOVED, NO_SERVICE, SHARING, UNRESPONSIVE, NOT_TRANSACTED = (
    0,
    0x80100069,
    0x8010001D,
    0x8010000B,
    0x80100066,
    0x80100016,
)


class ScriptedScard:
    """`state`, and the return codes of what is asked of it, are the test's to set at any time."""

    def __init__(self, answer: Callable[[bytes], bytes] = lambda _: b"\x90\x00", protocol: int = 2) -> None:
        self.answer = answer
        self.protocol = protocol
        self.state = EMPTY
        self.daemon = SUCCESS
        self.connects = SUCCESS
        self.transmits = SUCCESS
        self.control: Callable[[int, bytes], bytes | None] = lambda _code, _data: None
        self.heard: list[bytes] = []
        self.open: list[str] = []

    def SCardEstablishContext(self, scope: int) -> tuple[int, int]:  # noqa: N802 - the C module's own name
        if self.daemon == SUCCESS:
            self.open.append("context")
        return self.daemon, 7

    def SCardReleaseContext(self, context: int) -> int:  # noqa: N802 - the C module's own name
        self.open.remove("context")
        return self.daemon

    def SCardListReaders(self, context: int, groups: list[str]) -> tuple[int, list[str]]:  # noqa: N802 - the C module's own name
        return self.daemon, [READER]

    def SCardGetStatusChange(  # noqa: N802 - the C module's own name
        self, context: int, timeout_ms: int, states: list[tuple[str, int]]
    ) -> tuple[int, list[tuple[str, int, list[int]]]]:
        assert timeout_ms == 0, "a room never waits here"
        return self.daemon, [(name, self.state, []) for name, _ in states]

    def SCardConnect(self, context: int, reader: str, share: int, protocols: int) -> tuple[int, int, int]:  # noqa: N802 - the C module's own name
        assert (share, protocols) == (1, 3), "ours alone, T=0 or T=1"
        if self.connects == SUCCESS:
            self.open.append("card")
        return self.connects, 9, self.protocol

    def SCardDisconnect(self, card: int, disposition: int) -> int:  # noqa: N802 - the C module's own name
        self.open.remove("card")
        return SUCCESS

    def SCardTransmit(self, card: int, protocol: int, command: list[int]) -> tuple[int, list[int]]:  # noqa: N802 - the C module's own name
        self.heard.append(bytes(command))
        return self.transmits, list(self.answer(bytes(command)))

    def SCardControl(self, card: int, code: int, data: list[int]) -> tuple[int, list[int]]:  # noqa: N802 - the C module's own name
        answer = self.control(code, bytes(data))
        return (SUCCESS, list(answer)) if answer is not None else (0x80100016, [])
