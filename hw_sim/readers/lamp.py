"""The lamp of a plain magnetic stripe reader: what the engine asks for, heard on the line. Sans-I/O, one bit of memory.

Two commands matter: ESC 0x83, green on (swipe now), and ESC 0x81, all off. Everything else is ignored in silence,
as a reader does.
"""

from enum import Enum

_ESCAPE = 0x1B


class LampCommand(Enum):
    ON = 0x83
    OFF = 0x81


_COMMANDS = {command.value: command for command in LampCommand}


class LampListener:
    """Feed what came down the line; take the lamp's commands in their order. A command may arrive in two pieces."""

    __slots__ = ("_escaped",)

    def __init__(self) -> None:
        self._escaped = False

    def feed(self, data: bytes) -> list[LampCommand]:
        heard = []
        for byte in data:
            if self._escaped and (command := _COMMANDS.get(byte)):
                heard.append(command)
            self._escaped = byte == _ESCAPE
        return heard
