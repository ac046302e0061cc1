"""What an issuer sends to its card (EMV 4.4 book 3, 10.10 and annex E): templates 71 and 72, command by command."""

from dataclasses import dataclass

from drivers.pcsc.session import Session, Step, send
from pos_bridge.wire.apdu import Command
from pos_bridge.wire.emv_results import Tsi, Tvr
from pos_bridge.wire.emv_tags import Tag
from pos_bridge.wire.tlv import TlvError, parse

_HEADER = 4
_WARNINGS = (0x62, 0x63)
_SUCCESS_SW1 = 0x90
_FAILED, _SUCCESSFUL = 0x10, 0x20
_MOST_COUNTED = 0x0F
_IDENTIFIER = 4
_WHOLE = 256


@dataclass(frozen=True, slots=True, repr=False)
class Script:
    """One template. `identifier`: 4 bytes, zeros where it has none."""

    identifier: bytes
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Scripts:
    """`broken_before`, `broken_after`: there is a template for then that is none, or nobody knows for when it was."""

    before: tuple[Script, ...]
    after: tuple[Script, ...]
    broken_before: bool
    broken_after: bool


def read_scripts(raw: bytes) -> Scripts:
    """Templates one after the other, as issuers send them. Raises nothing: a broken script is a result (10.10)."""
    before: list[Script] = []
    after: list[Script] = []
    try:
        templates = parse(raw)
    except TlvError:
        return Scripts((), (), broken_before=True, broken_after=False)
    broken_before = broken_after = False
    for template in templates:
        late = template.tag == Tag.SCRIPT_AFTER
        try:
            if template.tag not in (Tag.SCRIPT_BEFORE, Tag.SCRIPT_AFTER):
                raise TlvError("not an issuer's script")  # noqa: TRY301 - the same end as for one that is broken
            (after if late else before).append(_script(template.value))
        except TlvError:
            broken_before, broken_after = broken_before or not late, broken_after or late
    return Scripts(tuple(before), tuple(after), broken_before, broken_after)


def run_scripts(session: Session, scripts: tuple[Script, ...], failed: Tvr) -> Step[None]:
    """Each to its end or its first error, which sets `failed`; what became of them is 9F5B (book 4, annex A5)."""
    for script in scripts:
        session.tsi |= Tsi.SCRIPT
        result = _SUCCESSFUL
        for number, command in enumerate(script.commands, 1):
            response = yield from send(command)
            if response.status >> 8 not in (_SUCCESS_SW1, *_WARNINGS):
                session.tvr |= failed
                result = _FAILED | min(number, _MOST_COUNTED)
                break
        results = session.own.get(Tag.SCRIPT_RESULTS, b"")
        session.own[Tag.SCRIPT_RESULTS] = results + bytes((result,)) + script.identifier


def _script(raw: bytes) -> Script:
    """Raises TlvError."""
    identifier = bytes(_IDENTIFIER)
    commands = []
    for item in parse(raw):
        if item.tag == Tag.SCRIPT_IDENTIFIER and len(item.value) == _IDENTIFIER:
            identifier = item.value
        elif item.tag == Tag.SCRIPT_COMMAND:
            commands.append(read_command(item.value))
        else:
            raise TlvError("a script has something else in it")
    return Script(identifier, tuple(commands))


def read_command(raw: bytes) -> Command:
    """A command as its bytes (ISO/IEC 7816-4, 5.1, short form). Raises TlvError."""
    if len(raw) < _HEADER:
        raise TlvError("a command is cut short")
    cla, ins, p1, p2 = raw[:_HEADER]
    body = raw[_HEADER:]
    if not body:
        return Command(cla, ins, p1, p2, expected=None)
    if len(body) == 1:
        return Command(cla, ins, p1, p2, expected=body[0] or _WHOLE)
    data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
    if not data or len(data) != body[0] or len(rest) > 1:
        raise TlvError("a command has a length that is not its own")
    return Command(cla, ins, p1, p2, data, expected=(rest[0] or _WHOLE) if rest else None)
