"""What `pos-bridge setup` asks, what fits as an answer, and the configuration that the answers make.

An answer fits if the setting that it becomes takes it: there is no second set of rules.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from pos_bridge.cli.setup_words import QUESTIONS
from pos_bridge.config import settings
from pos_bridge.config.devices import Address
from pos_bridge.config.people import Identity
from pos_bridge.words import Words

STATE = "/var/lib/pos-bridge"
PAIR = "processor-pair.pem"
_ROOM_SOCKET, _CHIP_SOCKET = "/run/pos-bridge/card.sock", "/run/pos-bridge/chip.sock"
_DEFAULTS = {"language": "fr", "driver": "msr_plain", "enrolment": "", "enrolment_ca": "", "programme": ""}
_OF_READERS = ("driver", "device", "another")
_FIRST = "counter"
# Not asked for at a terminal: what a till has otherwise is what the package made.
_UNASKED: dict[str, object] = {"state_dir": STATE, "port": 8443, "programme_text": "1", "epoch": 1}

_SETTINGS: dict[str, tuple[type, str]] = {
    "poiid": (settings.Till, "poiid"),
    "number": (settings.Till, "number"),
    "language": (settings.Till, "language"),
    "state_dir": (settings.Till, "state_dir"),
    "port": (settings.Nexo, "port"),
    "processor": (settings.Processor, "address"),
    "server_name": (settings.Processor, "server_name"),
    "merchant_id": (settings.Processor, "merchant_id"),
    "enrolment_ca": (settings.Processor, "ca"),
    "name": (settings.Reader, "name"),
    "driver": (settings.Reader, "driver"),
    "device": (settings.Reader, "device"),
    "programme": (Identity, "programme"),
    "programme_text": (Identity, "programme_text"),
}
Answers = Mapping[str, Any]


class UnansweredError(Exception):
    """A question without an answer that fits: its name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def question(self) -> Words:
        return QUESTIONS.get(self.name) or Words(self.name, self.name)


def from_file(path: Path) -> Answers:
    """UnansweredError; ValueError for what is no file of answers, KeyError for what is no question, OSError."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    asked = [name for name in (*QUESTIONS, *_UNASKED) if name not in _OF_READERS]
    for name in told:
        if name not in {*asked, "driver", "device", "reader"}:
            raise KeyError(name)
    answers = {**_UNASKED, **_DEFAULTS, **told}
    return {name: _fit(name, answers.get(name)) for name in asked} | {"readers": _readers(told)}


def from_terminal(ask: Callable[[str, Words, str], str], refuse: Callable[[Words], None]) -> Answers:
    """`ask` is given name, question and default; each is asked until it fits. EOFError when nobody is there."""

    def answer(name: str) -> object:
        question, usual = QUESTIONS[name], _DEFAULTS.get(name, "")
        while True:
            try:
                return _fit(name, ask(name, question, usual).strip() or usual)
            except UnansweredError:
                refuse(question)

    answers = dict(_UNASKED)
    for name in QUESTIONS:
        if name == "enrolment_ca" and not answers["enrolment"]:
            answers[name] = ""
        elif name == "driver":
            answers["readers"] = _readers_from(answer)
        elif name not in _OF_READERS:
            answers[name] = answer(name)
    return answers


def _readers_from(answer: Callable[[str], object]) -> tuple[settings.Reader, ...]:
    """One, and others while somebody names a driver."""
    found: list[settings.Reader] = []
    driver: object = answer("driver")
    while driver:
        name = f"{_FIRST}-{len(found) + 1}" if found else _FIRST
        found.append(_reader("device", {"name": name, "driver": driver, "device": answer("device")}))
        driver = answer("another") if len(found) < settings.MOST_READERS else ""
    return tuple(found)


def _readers(told: Mapping[str, Any]) -> tuple[settings.Reader, ...]:
    """`[[reader]]` as in the settings, or one by `driver` and `device`. UnansweredError: neither, or both."""
    if "reader" not in told:
        driver, device = _fit("driver", told.get("driver", _DEFAULTS["driver"])), _fit("device", told.get("device"))
        return (_reader("device", {"name": _FIRST, "driver": driver, "device": device}),)
    several = told["reader"]
    if "driver" in told or "device" in told or not isinstance(several, list) or not several:
        raise UnansweredError("reader")
    return tuple(_reader("reader", reader) for reader in several)


def _reader(name: str, told: object) -> settings.Reader:
    try:
        return msgspec.convert(told, settings.Reader)
    except msgspec.ValidationError:
        raise UnansweredError(name) from None


def trust(answers: Answers) -> str:
    lines = (("root", answers["root"]), ("lowest-epoch", answers["epoch"]))
    return "".join(f"{word} {value}\n" for word, value in lines)


def document(answers: Answers, *, installed: bool) -> str:
    """The TOML. `installed`: where the package's units are, which hand out the card rooms."""
    quoted = {name: _quoted(value) for name, value in answers.items() if isinstance(value, str | int)}
    pair = _quoted(f"{str(answers['state_dir']).rstrip('/')}/{PAIR}")
    readers: tuple[settings.Reader, ...] = answers["readers"]
    chips = any(reader.reads_chips for reader in readers)
    stripes = not all(reader.reads_chips for reader in readers)
    lines = [
        "[till]",
        *(f"{name} = {quoted[name]}" for name in ("poiid", "number", "state_dir")),
        'signing_key = "terminal.key"',
        f"language = {quoted['language']}",
        "",
        "[nexo]",
        f"port = {answers['port']}",
        'certificate = "nexo.pem"',
        'key = "nexo.key"',
        'api_key_file = "api.key"',
        "",
        "[processor]",
        f"address = {quoted['processor']}",
        f"server_name = {quoted['server_name']}",
        'ca = "processor-ca.pem"',
        f"certificate = {pair}",
        f"key = {pair}",
        f"merchant_id = {quoted['merchant_id']}",
        "",
        "[enrolment]",
        *([f"url = {quoted['enrolment']}"] if answers["enrolment"] else []),
        *([f"ca = {quoted['enrolment_ca']}"] if answers["enrolment_ca"] else []),
        "",
        "[card_room]",
        'trust = "trust.txt"',
        *(['emv = "emv.toml"'] if chips else []),
    ]
    if installed:
        lines += [f'socket = "{_ROOM_SOCKET}"'] if stripes else []
        lines += [f'chip_socket = "{_CHIP_SOCKET}"'] if chips else []
    for reader in readers:
        usual = (None, settings.DEFAULT_PCSCD)
        named = {name: text for name, text in msgspec.structs.asdict(reader).items() if text not in usual}
        lines += ["", "[[reader]]", *(f"{name} = {_quoted(text)}" for name, text in named.items())]
    if answers["programme"]:
        lines += ["", "[identity]", 'vault_key = "vault.key"']
        lines += [f"{name} = {quoted[name]}" for name in ("programme", "programme_text")]
    return "\n".join(lines) + "\n"


def _fit(name: str, value: object) -> object:
    """The value as its setting takes it. UnansweredError."""
    try:
        match name:
            case "enrolment" | "enrolment_ca" | "another" | "programme" if value == "":
                return ""
            case "enrolment":
                Address.parse(str(value))
                return str(value)
            case "root":
                return _root(str(value))
            case "another":
                return _fit("driver", value)
            case "epoch":
                return msgspec.convert(value, int)
            case _:
                return msgspec.convert(value, _type_of(name), strict=False)
    except ValueError:  # msgspec's ValidationError is one
        raise UnansweredError(name) from None


def _quoted(value: str | int) -> str:
    """As TOML has it, which is as JSON has it."""
    return json.dumps(value, ensure_ascii=False)


@cache
def _type_of(name: str) -> object:
    """What the setting is declared as, with its bounds."""
    section, field = _SETTINGS[name]
    return get_type_hints(section, include_extras=True)[field]


def _root(text: str) -> str:
    if re.fullmatch(r"[0-9a-fA-F]{64}", text) is None:
        raise ValueError("a root key is 64 hexadecimal digits")
    return text.lower()
